"""Messages to people: a port, and the channels behind it. SMTP is the first.

>>> mailer_for("smtp://127.0.0.1:2525").describe()
'SMTP server 127.0.0.1:2525'
"""

from wardround.connectors.notify._mail import FolderMailer, Letter, Mailer, NotSent, SmtpMailer, mailer_for

__all__ = ["FolderMailer", "Letter", "Mailer", "NotSent", "SmtpMailer", "mailer_for"]
