"""Which public log sources each kind of log serves, and which it must not."""

import pytest

from wardround.core.logs import Kind
from wardround.core.sigma._applies import serves
from wardround.core.sigma._model import LogSource


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Kind("", "linux", "sshd"), ["linux//", "linux//sshd", "linux//auth", "linux//syslog"]),
        (Kind("", "linux", "sudo"), ["linux//", "linux//sudo", "linux//auth", "linux//syslog"]),
        (Kind("", "linux", "cron"), ["linux//", "linux//cron", "linux//syslog"]),
        (Kind("", "linux", "clamav"), ["linux//clamav", "/antivirus/"]),
        (Kind("", "linux", "auditd"), ["linux//", "linux//auditd"]),
        (Kind("", "linux", "auditd/process"), ["linux//auditd", "linux/process_creation/"]),
        (Kind("", "linux", "auditd/file"), ["linux//auditd", "linux/file_event/"]),
        (Kind("", "linux", "sysmon", 1), ["linux//", "linux/process_creation/", "linux//sysmon", "/process_creation/"]),
        (Kind("", "linux", "sysmon", 3), ["linux/network_connection/"]),
        (Kind("", "cisco", ""), ["cisco//aaa", "cisco//syslog"]),
        (Kind("", "web", ""), ["/webserver/", "/proxy/", "apache/webserver/", "/webserver/access"]),
        (Kind("", "web", "iis"), ["/webserver/", "windows/webserver/", "windows/webserver/iis", "windows//iis"]),
        (Kind("", "web", "haproxy"), ["/webserver/", "/proxy/"]),
        (Kind("", "proxy", "squid"), ["/proxy/", "squid/proxy/"]),
        (Kind("", "firewall", ""), ["/firewall/"]),
        (Kind("", "firewall", "linux"), ["/firewall/", "linux//", "linux//syslog"]),
        (Kind("", "firewall", "fortinet"), ["/firewall/", "fortigate//event", "fortios//sslvpnd"]),
        (Kind("", "device", "paloalto"), ["paloalto/appliance/globalprotect", "paloalto/file_event/globalprotect"]),
        (Kind("", "zeek", "dns"), ["/dns/", "zeek//dns"]),
        (Kind("", "zeek", "http"), ["zeek//http", "/proxy/", "/webserver/"]),
        (Kind("", "zeek", "smb_files"), ["zeek//smb_files"]),
        (Kind("", "m365", "audit"), ["m365//audit", "m365//threat_management"]),
        (Kind("", "azure", "signinlogs"), ["azure//signinlogs"]),
        (Kind("", "azure", "riskdetection"), ["azure//riskdetection", "azure//pim"]),
        (Kind("", "aws", "cloudtrail"), ["aws//cloudtrail"]),
        (Kind("", "kubernetes", "audit"), ["kubernetes//audit", "kubernetes/application/audit"]),
        (Kind("", "json"), ["bitbucket//audit", "/dns/", "linux//auditd"]),
    ],
    ids=lambda value: "/".join(value[1:3]) if isinstance(value, Kind) else "",
)
def test_a_kind_serves_its_log_sources(kind: Kind, wanted: list[str]) -> None:
    asked = {text: LogSource(*text.split("/")) for text in wanted}
    assert [text for text, source in asked.items() if not serves(kind, source)] == []


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Kind("", "linux", "sshd"), "linux//auditd"),
        (Kind("", "linux", "sshd"), "linux//cron"),
        (Kind("", "linux", "auditd"), "linux/process_creation/"),
        (Kind("", "linux", "auditd"), "linux//syslog"),
        (Kind("", "linux", "auditd/process"), "windows/process_creation/"),
        (Kind("", "linux", "sysmon", 1), "windows/process_creation/"),
        (Kind("", "linux", "sysmon", 1), "linux/file_event/"),
        (Kind("", "web", ""), "windows//iis"),
        (Kind("", "web", "iis"), "apache/webserver/"),
        (Kind("", "proxy", "squid"), "/webserver/"),
        (Kind("", "device", ""), "/firewall/"),
        (Kind("", "zeek", "conn"), "/dns/"),
        (Kind("", "azure", "signinlogs"), "azure//auditlogs"),
        (Kind("", "m365", "audit"), "azure//auditlogs"),
        (Kind("", "aws", "cloudtrail"), "//"),
        (Kind("", "unheard-of", ""), "/webserver/"),
    ],
)
def test_a_kind_serves_no_other(kind: Kind, wanted: str) -> None:
    assert not serves(kind, LogSource(*wanted.split("/")))
