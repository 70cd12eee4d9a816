from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunts", "0002_kept_runs")]

    operations = [
        migrations.AddField(
            model_name="keptsearch",
            name="pack",
            field=models.CharField(default="", max_length=60),
        ),
    ]
