"""Letters by SMTP, through a real server, and as files; what may be tried again and what may not."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.connectors.notify import FolderMailer, Letter, NotSent, SmtpMailer, mailer_for
from wardround.core.vocab import BadInput

from .mailbox import Mailbox, a_mailbox

LETTER = Letter(
    id="0b7d3f8e-0000-4000-8000-000000000001", to="cyber@example.nhs.example", subject="HSA-2025-001", body="Read it.\n"
)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with a_mailbox() as made:
        yield made


def refusal(mailer: SmtpMailer | FolderMailer, letter: Letter = LETTER) -> NotSent:
    with pytest.raises(NotSent) as refused:
        mailer.send(letter)
    return refused.value


def test_the_server_gets_the_letter_as_it_was_written(mailbox: Mailbox) -> None:
    body = "Für alle: ≥ 12.5.0.1\n" + "x" * 2000 + "\n.\nafter a dot\n"
    assert mailbox.mailer.send(replace(LETTER, subject="Prüfung – jetzt", body=body)) == f"mail through 127.0.0.1:{mailbox.port}"
    (mail,) = mailbox.got
    assert mail["From"] == "wardround@localhost"
    assert mail["Message-ID"] == f"<{LETTER.id}@wardround>"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == body


@pytest.mark.parametrize(
    ("answer", "again"), [("550 no such user", False), ("551 not here", False), ("450 busy", True), ("452 full", True)]
)
def test_a_refused_recipient_is_final_only_at_5xx(mailbox: Mailbox, answer: str, again: bool) -> None:
    mailbox.answers[LETTER.to] = answer
    problem = refusal(mailbox.mailer)
    assert problem.retryable is again
    assert answer[:3] in str(problem)
    assert LETTER.to in str(problem)


@pytest.mark.parametrize(("verdict", "again"), [("554 looks like spam", False), ("451 try later", True)])
def test_a_refused_letter_is_final_only_at_5xx(mailbox: Mailbox, verdict: str, again: bool) -> None:
    mailbox.verdict = verdict
    assert refusal(mailbox.mailer).retryable is again


def test_a_server_that_is_not_there_may_come_back(mailbox: Mailbox) -> None:
    mailbox.stop()
    problem = refusal(mailbox.mailer)
    assert problem.retryable
    assert f"SMTP server 127.0.0.1:{mailbox.port}" in str(problem)


def test_a_sign_in_that_the_server_does_not_know_is_an_error_with_its_words(mailbox: Mailbox) -> None:
    problem = refusal(replace(mailbox.mailer, user="hub", password="a secret of ours"))
    assert "a secret of ours" not in str(problem)


def test_starttls_that_the_server_does_not_offer_sends_nothing_in_the_clear(mailbox: Mailbox) -> None:
    assert refusal(replace(mailbox.mailer, starttls=True)).retryable
    assert mailbox.got == []


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_subject_adds_a_header(subject: str) -> None:
    mail = message_from_bytes(replace(LETTER, subject=subject).mime("hub@localhost").as_bytes())
    assert set(mail.keys()) <= {"From", "To", "Subject", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    assert mail["To"] == LETTER.to


def test_letters_are_kept_as_files_under_their_own_name(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path / "out")
    assert mailer.send(LETTER) == "kept as a file: no mail server is set"
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == f"{LETTER.id}.eml"
    assert message_from_bytes(file.read_bytes())["Subject"] == "HSA-2025-001"


def test_the_same_letter_again_is_one_file(tmp_path: Path) -> None:
    for _ in range(2):
        FolderMailer(tmp_path).send(LETTER)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_may_be_mended(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands where the folder should be")
    assert refusal(FolderMailer(tmp_path / "out")).retryable


def test_an_address_names_server_port_and_sign_in() -> None:
    assert mailer_for("smtp://mail.example") == SmtpMailer("mail.example", 25)
    assert mailer_for("smtp://hub:p%40ss@mail.example:2525") == SmtpMailer("mail.example", 2525, "hub", "p@ss")
    assert mailer_for("smtp+starttls://mail.example") == SmtpMailer("mail.example", 587, starttls=True)


def test_without_an_address_letters_are_kept(tmp_path: Path) -> None:
    assert mailer_for("", folder=tmp_path) == FolderMailer(tmp_path)
    assert str(tmp_path) in mailer_for("", folder=tmp_path).describe()


@pytest.mark.parametrize(
    "url", ["mail.example:25", "https://mail.example", "smtp://", "smtps://mail.example", "smtp://mail.example:mail"]
)
def test_any_other_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(BadInput, match="WARDROUND_SMTP_URL"):
        mailer_for(url)


@pytest.mark.parametrize("start", ["mail://", "//", "smtp://mail.example:"])
def test_a_refused_address_does_not_show_its_password(start: str) -> None:
    with pytest.raises(BadInput) as refused:
        mailer_for(f"{start}hub:a-secret-of-ours@mail.example:x")
    assert "a-secret-of-ours" not in str(refused.value)
