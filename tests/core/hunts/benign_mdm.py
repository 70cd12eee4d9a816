"""Ordinary requests to a device manager, seeded: phones that check in, apps fetched, the console and its reports, strays.

Nothing here is an attack. Every figure is invented; the paths are those of the product's console, interface and agents.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import quote, quote_plus

FORMATS = (
    "json",
    "JSON",
    "csv",
    "CSV",
    "xml",
    "pdf",
    "xlsx",
    "html",
    "application/json",
    "json+v2",
    "text%2Fcsv",
    "default",
    "summary",
)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "MDM/1.0",
    "Android MobileIron 12.1.0",
    "Java/1.8.0_402",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; Nmap Scripting Engine)",
)
WORDS = (
    "ward",
    "tablet",
    "x-ray room 3",
    "O'Brien",
    "Größe",
    "theatre (east)",
    "A&E",
    "50% charged",
    "format",
    "java developers",
    "runtime error",
)
FIELDS = "common.imei,common.platform,common.status,common.creation_date,user.email_address,ios.iPhone%20UDID"
PLATFORMS = ("iOS", "Android", "Windows", "macOS")
CONSOLE = (
    "login.jsp",
    "admin.html",
    "dashboard",
    "j_spring_security_check",
    "logout",
    "license",
    "about",
    "error.jsp",
    "404.jsp",
    "403.jsp",
)
STATIC = (
    "css/mibase.css",
    "css/mibase2.css",
    "css/mi.css",
    "js/app.min.js",
    "images/logo.png",
    "fonts/mi.woff2",
    "css/mibasecss/readme.txt",
)

STRAYS = (
    *(
        "/",
        "/robots.txt",
        "/favicon.ico",
        "/.git/config",
        "/wp-login.php",
        "/cgi-bin/luci",
        "/owa/auth/logon.aspx",
        "/manager/html",
    ),
    *("/?x=%27%20or%201=1--", "/index.php?id=${7*7}", "/solr/admin/info", "/mifs/.;/services/x", "/remote/fgt_lang?lang=../../x"),
)


def targets(seed: int, count: int) -> Iterator[tuple[str, str, int]]:
    """Method, target and status of so many requests."""
    random = Random(seed)
    makers = (_check_in, _check_in, _check_in, _app, _interface, _interface, _usage, _console, _static, _search, _stray)
    for _ in range(count):
        yield random.choice(makers)(random)


def lines(seed: int, count: int, *, status: bool = True) -> Iterator[str]:
    """The same as lines of an access log, with the status or without it."""
    random = Random(seed + 1)
    at = datetime(2025, 4, 1, tzinfo=UTC)
    for method, target, code in targets(seed, count):
        at += timedelta(seconds=random.random() * 3)
        client = f"198.51.100.{random.randrange(1, 255)}" if random.random() < 0.9 else f"192.0.2.{random.randrange(1, 255)}"
        if status:
            agent = random.choice(AGENTS)
            size = random.randrange(80, 400_000)
            yield f'{client} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "{method} {target} HTTP/1.1" {code} {size} "-" "{agent}"'
        else:
            yield f'{client}:{random.randrange(1024, 65535)} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "{method} {target} HTTP/1.1"'


def _check_in(random: Random) -> tuple[str, str, int]:
    device = f"{random.getrandbits(128):032x}"
    return random.choice(
        [
            ("PUT", "/mifs/mdm/checkin", 200),
            ("POST", f"/mifs/c/i/reg/reg.html?t={random.randrange(10**9)}", 200),
            ("POST", f"/mifs/asfV3x/appstore/inventory?clientid={random.randrange(10**6)}&uuid={device}", 200),
            ("GET", f"/mifs/c/d/status?device={device}&space={random.randrange(1, 130)}", 200),
            ("POST", f"/mifs/services/WinDeviceService?uuid={device}", random.choice((200, 204, 401, 500))),
            ("GET", f"/mifs/c/windows/api/v2/device/registration?name=mi_users_{random.randrange(99)}", 200),
        ]
    )


def _app(random: Random) -> tuple[str, str, int]:
    store = random.choice(("appstore", "aftstore"))
    until = 1_743_465_600 + random.randrange(10**7)
    name = quote(f"{random.choice(WORDS)} {random.randrange(1, 30)}.{random.randrange(10)}") + random.choice((".ipa", ".apk"))
    key = f"sha256:kid={random.randrange(9)},st={until},et={until + 3600},h={random.getrandbits(256):064x}"
    key = quote(key, safe=",=") if random.random() < 0.3 else key
    return (
        "GET",
        f"/mifs/c/{store}/fob/{random.randrange(1, 9)}/{random.randrange(1, 9000)}/{key}/{name}",
        random.choice((200, 206, 304)),
    )


def _interface(random: Random) -> tuple[str, str, int]:
    query = quote(f'("common.status"="ACTIVE" AND "common.platform"="{random.choice(PLATFORMS)}")', safe=random.choice(("", "()=")))
    root = random.choice(("/api/v2", "/mifs/rs/api/v2", "/mifs/rs/api/v2/authorized"))
    space = random.choice((1, 2, 13, 130, 132, 1310, 1131, 9131))
    return random.choice(
        [
            ("GET", f"{root}/devices?adminDeviceSpaceId={space}&fields={FIELDS}&query={query}&sortOrder=ASC&limit=200", 200),
            ("GET", f"{root}/devices/count?adminDeviceSpaceId={space}&query={query}", 200),
            ("GET", f"{root}/ping", 200),
            ("POST", f"{root}/devices/labels/add?adminDeviceSpaceId={space}", random.choice((200, 400, 403))),
            ("GET", f"{root}/labels?adminDeviceSpaceId={space}&format={random.choice(FORMATS)}", 200),
            ("GET", f"{root}/users?q={quote_plus(random.choice(WORDS))}&offset={random.randrange(0, 900, 50)}", 200),
        ]
    )


def _usage(random: Random) -> tuple[str, str, int]:
    root = random.choice(("/api/v2", "/mifs/rs/api/v2", "//mifs/rs/api/v2", "/mifs/rs;v=1/api/v2"))
    report = random.choice(("featureusage", "featureusage_history", "FeatureUsage"))
    parts = [f"format={random.choice(FORMATS)}"]
    if random.random() < 0.5:
        parts.append(f"adminDeviceSpaceId={random.choice((1, 2, 13, 130, 1310))}")
    if random.random() < 0.4:
        parts.append(f"from={1_743_465_600_000 + random.randrange(10**9)}&to=1751328000000")
    if random.random() < 0.2:
        parts.append(f"title={quote_plus(random.choice(WORDS))}")
    random.shuffle(parts)
    return "GET", f"{root}/{report}?{random.choice(('&', '&', ';')).join(parts)}", random.choice((200, 200, 400, 401))


def _console(random: Random) -> tuple[str, str, int]:
    page = random.choice(CONSOLE)
    session = f";jsessionid={random.getrandbits(64):016X}" if random.random() < 0.2 else ""
    query = random.choice(("", "", f"?lang=en&ts={random.randrange(10**9)}", "?key=1&kiosk=yes", "?error=true"))
    return (
        random.choice(("GET", "GET", "POST")),
        f"/mifs/{random.choice(('user/', '', 'admin/'))}{page}{session}{query}",
        random.choice((200, 302, 403)),
    )


def _static(random: Random) -> tuple[str, str, int]:
    return "GET", f"/mifs/{random.choice(STATIC)}?v=12.{random.randrange(9)}", random.choice((200, 304, 404))


def _search(random: Random) -> tuple[str, str, int]:
    once = quote(random.choice(WORDS), safe="")
    return "GET", f"/mifs/help?q={random.choice((once, quote(once, safe=''), quote_plus(random.choice(WORDS))))}&runtime=12", 200


def _stray(random: Random) -> tuple[str, str, int]:
    """Scanners of the internet that look for other things."""
    return (
        "GET",
        random.choice(STRAYS),
        404,
    )
