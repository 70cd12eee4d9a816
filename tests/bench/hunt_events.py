"""Events for `bench_hunt.py`: recorded attacks as JSON lines, a seeded hospital's ordinary day around them, ordinary requests.

The ordinary events have the forms of the recorded ones: each is a recorded event whose values are replaced by those of a
ward's workstation. Every name, address and path is invented.
"""

import io
import tarfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random
from typing import Any

import orjson
import zstandard

from wardround.core.logs._windows import windows_records

PART = 20_000
ATTACKS = 0.01
"""Events in a file (a hunt gives whole files to its processes), and the share of recorded events in the mix."""

SYSMON, POWERSHELL = "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-PowerShell/Operational"
DAY = {
    **{(SYSMON, number): weight for number, weight in ((1, 10), (3, 10), (5, 8), (7, 20), (10, 6), (11, 8), (12, 6), (13, 8))},
    **{("Security", number): weight for number, weight in ((4688, 10), (4624, 6), (4672, 3), (5156, 8), (4658, 4), (4663, 3))},
    (SYSMON, 22): 6,
    ("Security", 5140): 2,
    ("Security", 4625): 1,
    (POWERSHELL, 4103): 1,
}
PROGRAMS = (
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE",
    r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE",
    r"C:\Program Files\Ward Systems\Notes\WardNotes.exe",
    r"C:\Program Files (x86)\Radiology Viewer\RadView.exe",
    r"C:\Program Files\Pathology Link\PathLink.exe",
    r"C:\Program Files\Example Antivirus\Service.exe",
    r"C:\Windows\explorer.exe",
    r"C:\Windows\System32\spoolsv.exe",
    r"C:\Windows\System32\taskhostw.exe",
    r"C:\Windows\System32\RuntimeBroker.exe",
    r"C:\Windows\System32\SearchIndexer.exe",
)
LIBRARIES = ("kernel32", "user32", "advapi32", "ole32", "shell32", "gdi32", "rpcrt4", "ws2_32", "msvcrt", "combase", "sechost")
KEYS = (
    r"HKU\{sid}\Software\Ward Systems\Notes\Recent\{n}",
    r"HKLM\System\CurrentControlSet\Services\bam\State\UserSettings\{sid}\{n}",
    r"HKU\{sid}\Software\Microsoft\Office\16.0\Outlook\Profiles\{n}",
    r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\StartPage\{n}",
)
WARDS = ("ward", "clinic", "theatre", "xray", "pharmacy", "reception", "lab", "icu")
ARGUMENTS = (
    "",
    " --type=renderer --lang=en-GB --renderer-client-id={n} --mojo-platform-channel-handle={n}",
    " /patient {n} /episode {n} /view summary",
    r' "S:\{w}\letters\letter-{n}.docx"',
    " -k netsvcs -p -s Service{n}",
    r' /open "\\files.hospital.example\{w}\rota-{n}.xlsx"',
)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "MDM/1.0",
)
PATHS = (
    "/mifs/user/login.jsp",
    "/mifs/c/d/android.html?device={n}",
    "/static/css/main-{n}.css",
    "/static/js/app.js?v={n}",
    "/api/v2/devices/{n}?fields=common.id",
    "/wards/{w}/rota?week={n}",
    "/search?q={w}+{n}",
    "/images/{w}/{n}.png",
)


def recorded(archive: Path) -> Iterator[bytes]:
    """Each record of the event files in an archive, as one line of JSON."""
    for data in members(archive, ".evtx"):
        for record in windows_records(data[1]):
            if not isinstance(record, str):
                yield orjson.dumps(orjson.loads(record["data"]))


def members(archive: Path, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file of a kind in an archive."""
    data = zstandard.ZstdDecompressor().decompressobj().decompress(archive.read_bytes())
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            if member.name.endswith(suffix) and (stream := tar.extractfile(member)):
                yield member.name, stream.read()


def repeated(attacks: list[bytes], count: int) -> Iterator[bytes]:
    """The recorded events over and over."""
    return islice(cycle(attacks), count)


def mixed(attacks: list[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """A hospital's day with some of the recorded events in it, drawn by chance."""
    random = Random(seed)
    day = ordinary(attacks, seed=seed)
    for _ in range(count):
        yield random.choice(attacks) if random.random() < ATTACKS else next(day)


def ordinary(attacks: Iterable[bytes], *, seed: int) -> Iterator[bytes]:
    """Ordinary events without end, in the forms of those given."""
    random = Random(seed + 1)
    forms: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for line in attacks:
        system = orjson.loads(line)["Event"]["System"]
        kind = (system.get("Channel"), system.get("EventID"))
        if not isinstance(kind[1], dict) and kind in DAY and len(forms[kind]) < 20:
            forms[kind].append(line)
    kinds = [kind for kind in DAY if forms[kind]]
    weights, at = [DAY[kind] for kind in kinds], datetime(2025, 5, 15, tzinfo=UTC)
    for number, kind in enumerate(chain.from_iterable(random.choices(kinds, weights, k=1_000) for _ in cycle([0])), start=1):
        at += timedelta(milliseconds=random.randrange(400))
        yield _varied(orjson.loads(random.choice(forms[kind])), random, at, number)


def _varied(record: dict[str, Any], random: Random, at: datetime, number: int) -> bytes:
    event = record["Event"]
    system, data = event["System"], event.get("EventData")
    system["TimeCreated"]["#attributes"]["SystemTime"] = f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
    system["EventRecordID"] = number
    system["Computer"] = f"{random.choice(WARDS)}-{random.randrange(400):03}.hospital.example"
    for name, value in data.items() if isinstance(data, dict) else ():
        if name != "#attributes" and isinstance(value, str | int):
            data[name] = _value(name, value, random, at)
    if isinstance(data, dict) and (image := data.get("Image") or data.get("NewProcessName")):
        if "CommandLine" in data:
            data["CommandLine"] = f'"{image}"' + _filled(random.choice(ARGUMENTS), random)
        if "OriginalFileName" in data:
            data["OriginalFileName"] = image.rsplit("\\", 1)[-1]
    return orjson.dumps(record)


def _value(name: str, value: str | int, random: Random, at: datetime) -> str | int:
    lower = name.lower()
    for part, make in MAKERS:
        if part in lower:
            return make(random)
    if "time" in lower:
        return f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3]
    return random.randrange(100_000) if type(value) is int and value > 100 else value


def _filled(pattern: str, random: Random) -> str:
    number, user = random.randrange(1_000_000), random.randrange(3_000)
    return pattern.format(n=number, w=random.choice(WARDS), sid=f"S-1-5-21-111-222-333-{1000 + user}")


def _user(random: Random) -> str:
    return f"HOSPITAL\\{random.choice(WARDS)}.user{random.randrange(3_000)}"


def _document(random: Random) -> str:
    return _filled(r"D:\Users\{w}.user\Documents\{w}-{n}.docx", random)


Maker = Callable[[Random], str | int]
MAKERS: tuple[tuple[str, Maker], ...] = (  # by a part of the field's name, the first that fits
    ("guid", lambda r: f"{r.getrandbits(32):08X}-5C65-65E8-{r.getrandbits(16):04X}-{r.getrandbits(48):012X}"),
    ("isipv6", lambda r: False),
    ("portname", lambda r: "-"),
    ("parentcommandline", lambda r: r"C:\Windows\explorer.exe"),
    ("parentimage", lambda r: r"C:\Windows\explorer.exe"),
    ("parentprocessname", lambda r: r"C:\Windows\explorer.exe"),
    ("description", lambda r: "Clinical software"),
    ("processid", lambda r: 4 * r.randrange(1, 8_000)),
    ("threadid", lambda r: r.randrange(1, 30_000)),
    ("imageloaded", lambda r: rf"C:\Windows\System32\{r.choice(LIBRARIES)}.dll"),
    ("hashes", lambda r: f"SHA1={r.getrandbits(160):040X},MD5={r.getrandbits(128):032X},SHA256={r.getrandbits(256):064X}"),
    ("targetfilename", _document),
    ("objectname", _document),
    ("targetobject", lambda r: _filled(r.choice(KEYS), r)),
    ("details", lambda r: f"DWORD (0x{r.getrandbits(32):08x})"),
    ("currentdirectory", lambda r: rf"D:\Users\{r.choice(WARDS)}.user{r.randrange(3_000)}" + "\\"),
    ("calltrace", lambda r: rf"C:\Windows\SYSTEM32\ntdll.dll+{r.randrange(1 << 20):x}|C:\Windows\System32\KERNELBASE.dll+2c0fe"),
    ("grantedaccess", lambda r: "0x1000"),
    ("queryname", lambda r: f"{r.choice(WARDS)}-{r.randrange(400):03}.hospital.example"),
    ("queryresults", lambda r: f"::ffff:10.20.{r.randrange(16)}.{r.randrange(1, 255)};"),
    ("sid", lambda r: f"S-1-5-21-111-222-333-{1000 + r.randrange(3_000)}"),
    ("logonid", lambda r: f"0x{r.getrandbits(28):x}"),
    ("image", lambda r: r.choice(PROGRAMS)),
    ("processname", lambda r: r.choice(PROGRAMS)),
    ("application", lambda r: r.choice(PROGRAMS)),
    ("username", _user),
    ("user", _user),
    ("hostname", lambda r: f"{r.choice(WARDS)}-{r.randrange(400):03}.hospital.example"),
    ("workstation", lambda r: f"{r.choice(WARDS).upper()}-{r.randrange(400):03}"),
    ("address", lambda r: f"10.20.{r.randrange(16)}.{r.randrange(1, 255)}"),
    ("ip", lambda r: f"10.20.{r.randrange(16)}.{r.randrange(1, 255)}"),
    ("destinationport", lambda r: r.choice((443, 443, 443, 80, 53, 445))),
    ("port", lambda r: r.randrange(49_152, 65_536)),
    ("sharename", lambda r: r"\\*\letters"),
    ("payload", lambda r: f'CommandInvocation(Get-Service): "Get-Service" name="Name"; value="Service{r.randrange(400)}"'),
    (
        "contextinfo",
        lambda r: f"Severity = Informational; Host Application = powershell.exe; Sequence Number = {r.randrange(9_000)}",
    ),
    ("product", lambda r: "Ward Notes"),
    ("company", lambda r: "Ward Systems (fictitious)"),
    ("rulename", lambda r: "-"),
)


def requests(count: int, *, seed: int) -> Iterator[bytes]:
    """Lines of a combined access log: ordinary requests."""
    random, at = Random(seed), datetime(2025, 5, 15, tzinfo=UTC)
    for number in range(count):
        if not number % 20:
            at += timedelta(seconds=1)
            when = f"{at:%d/%b/%Y:%H:%M:%S +0000}"
        path, address = _filled(random.choice(PATHS), random), f"198.51.100.{random.randrange(1, 255)}"
        status, size, agent = random.choice((200, 200, 200, 304, 302, 404)), random.randrange(80, 400_000), random.choice(AGENTS)
        yield f'{address} - - [{when}] "GET {path} HTTP/1.1" {status} {size} "-" "{agent}"'.encode()


def kept(lines: Iterator[bytes], folder: Path) -> Path:
    """The lines in files of PART lines."""
    folder.mkdir(parents=True)
    number = 0
    while part := list(islice(lines, PART)):
        (folder / f"{number:05}.log").write_bytes(b"\n".join(part) + b"\n")
        number += 1
    return folder
