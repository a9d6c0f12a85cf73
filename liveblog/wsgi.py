import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveblog.settings")
os.environ.setdefault("DEBUG", "0")  # see asgi.py

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
