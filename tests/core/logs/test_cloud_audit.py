"""Cloud audit logs: Microsoft 365, Entra and Azure in the forms they are exported in, and the names that public rules use."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

Read = Callable[..., Any]
TIME = datetime(2025, 5, 15, 2, 12, 44, tzinfo=UTC)
UNIFIED = {
    "CreationTime": "2025-05-15T02:12:44",
    "Id": "00000000-0000-0000-0000-000000000001",
    "Operation": "New-InboxRule",
    "RecordType": 1,
    "ResultStatus": "True",
    "UserId": "eve@hospital.example",
    "Workload": "Exchange",
    "ClientIP": "203.0.113.7",
    "Parameters": [{"Name": "ForwardTo", "Value": "x@evil.example"}],
}
SIGN_IN = {
    "createdDateTime": "2025-05-15T02:12:44Z",
    "userPrincipalName": "eve@hospital.example",
    "appDisplayName": "Office",
    "ipAddress": "203.0.113.7",
    "userAgent": "axios/1.7",
    "status": {"errorCode": 50057, "failureReason": "User account is disabled."},
    "deviceDetail": {"trustType": "", "isCompliant": False},
    "authenticationRequirement": "singleFactorAuthentication",
}
AUDIT = {
    "activityDateTime": "2025-05-15T02:12:44Z",
    "activityDisplayName": "Add member to role",
    "category": "RoleManagement",
    "result": "success",
    "loggedByService": "Core Directory",
    "initiatedBy": {"user": {"userPrincipalName": "eve@hospital.example"}},
    "targetResources": [
        {"type": "User", "modifiedProperties": [{"displayName": "Role.DisplayName", "newValue": '"Global Administrator"'}]}
    ],
}


def as_csv(record: dict[str, Any]) -> str:
    data = json.dumps(record).replace('"', '""')
    return f'RecordId,CreationDate,RecordType,Operation,UserId,AuditData\nx,5/15/2025 2:12:44 AM,1,New-InboxRule,e,"{data}"\n'


@pytest.mark.parametrize("form", ["line", "array", "CSV", "AuditData"])
def test_the_unified_audit_log(read: Read, form: str) -> None:
    text = {
        "line": json.dumps(UNIFIED),
        "array": json.dumps([UNIFIED], indent=1),
        "CSV": as_csv(UNIFIED),
        "AuditData": json.dumps({"RecordType": "ExchangeAdmin", "AuditData": json.dumps(UNIFIED)}),
    }[form]
    (event,), tally = read(text)
    assert (event.kind.family, event.kind.channel, event.time, tally.unparsed) == ("m365", "audit", TIME, 0)
    assert event.fields["Parameters.Value"] == ("x@evil.example",)
    assert "ForwardTo" in str(event.fields["Parameters"][0])
    assert (event.fields["Workload"], event.fields["eventSource"]) == (("Exchange",), ("Exchange",))
    assert tally.coverage().zone == "stated in the log"


@pytest.mark.parametrize(
    "record",
    [
        SIGN_IN,
        {"value": [SIGN_IN], "@odata.context": "https://graph.example"},
        {"time": "2025-05-15T02:12:44Z", "category": "SignInLogs", "operationName": "Sign-in activity", "properties": SIGN_IN},
        {"records": [{"time": "2025-05-15T02:12:44Z", "category": "SignInLogs", "operationName": "x", "properties": SIGN_IN}]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_entra_sign_ins(read: Read, record: dict[str, Any], indent: int | None) -> None:
    (event,), tally = read(json.dumps(record, indent=indent))
    assert (event.kind.family, event.kind.channel, event.time, tally.unparsed) == ("azure", "signinlogs", TIME, 0)
    assert event.fields["Status"] == ("Failure",)
    got = {
        name: event.fields[name][0] for name in ("ResultType", "userAgent", "AuthenticationRequirement", "DeviceDetail.isCompliant")
    }
    assert got == {
        "ResultType": 50057,
        "userAgent": "axios/1.7",
        "AuthenticationRequirement": "singleFactorAuthentication",
        "DeviceDetail.isCompliant": False,
    }


@pytest.mark.parametrize(
    "record", [AUDIT, {"time": "2025-05-15T02:12:44Z", "category": "AuditLogs", "operationName": "x", "properties": AUDIT}]
)
def test_entra_audit(read: Read, record: dict[str, Any]) -> None:
    (event,), _ = read(json.dumps(record))
    assert (event.kind.family, event.kind.channel, event.time) == ("azure", "auditlogs", TIME)
    for name in ("properties.message", "ActivityDisplayName"):
        assert event.fields[name] == ("Add member to role",)
    assert event.fields["TargetResources.ModifiedProperties.NewValue"] == ('"Global Administrator"',)
    assert any("Role.DisplayName" in str(value) for value in event.fields["TargetResources"])


def test_a_workspace_export(read: Read) -> None:
    (event,), tally = read(
        "TimeGenerated [UTC],ResultType,ResultDescription,UserPrincipalName,AppDisplayName,DeviceDetail",
        '2025-05-15T02:12:44Z,50057,disabled,eve@hospital.example,Office,"{""deviceId"":"""",""isCompliant"":false}"',
    )
    assert (event.kind.channel, event.time, event.fields["DeviceDetail.isCompliant"]) == ("signinlogs", TIME, (False,))
    assert tally.shape == "Entra sign-in log (workspace export) (CSV)"


@pytest.mark.parametrize(
    ("record", "family", "channel"),
    [
        (
            {"eventTime": "2025-05-15T02:12:44Z", "eventSource": "s3", "eventName": "x", "awsRegion": "eu-west-2"},
            "aws",
            "cloudtrail",
        ),
        (
            {"time": "2025-05-15T02:12:44Z", "category": "UserRiskEvents", "properties": {"riskEventType": "x"}},
            "azure",
            "riskdetection",
        ),
        (
            {
                "time": "2025-05-15T02:12:44Z",
                "resourceId": "/s",
                "operationName": "MICROSOFT.X/WRITE",
                "category": "Administrative",
            },
            "azure",
            "activitylogs",
        ),
        ({"timestamp": "2025-05-15T02:12:44Z", "logName": "x", "protoPayload": {"methodName": "m"}}, "gcp", "gcp.audit"),
        (
            {"auditID": "x", "verb": "get", "requestURI": "/", "requestReceivedTimestamp": "2025-05-15T02:12:44Z"},
            "kubernetes",
            "audit",
        ),
        ({"published": "2025-05-15T02:12:44Z", "eventType": "x", "actor": {}, "outcome": {"result": "SUCCESS"}}, "okta", "okta"),
    ],
)
def test_other_clouds(read: Read, record: dict[str, Any], family: str, channel: str) -> None:
    (event,), _ = read(json.dumps({"Records": [record]}) if family == "aws" else json.dumps(record))
    assert (event.kind.family, event.kind.channel, event.time) == (family, channel, TIME)


def test_json_that_nobody_knows_is_said_to_be_that(read: Read) -> None:
    (event,), tally = read('{"a":{"b":[1,2]},"time":"2025-05-15T02:12:44Z"}')
    assert (event.kind.family, event.fields["a.b"], event.time, tally.shape) == ("json", (1, 2), TIME, "JSON lines")


@pytest.mark.parametrize("category", [7, None, ["SignInLogs"], {"SignInLogs": 1}])
def test_a_category_that_is_no_text_is_not_the_one_that_a_shape_states(read: Read, category: object) -> None:
    (event,), _ = read(json.dumps({"category": category, "properties": {}, "operationName": "x", "time": "2025-05-15T03:12:44Z"}))
    assert event.kind.channel not in ("signinlogs", "auditlogs", "riskdetection")
