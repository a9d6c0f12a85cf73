from django.apps import AppConfig


class EntriesConfig(AppConfig):
    name = "entries"
    verbose_name = "Newsroom"

    def ready(self) -> None:
        from entries import checks  # noqa: F401 (registers the checks; needs the apps loaded)
