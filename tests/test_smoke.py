import pytest
from django.test import Client

from tests.factories import make_post, make_update


@pytest.mark.django_db
def test_page(client: Client) -> None:
    post = make_post()
    make_update(post)
    assert client.get(post.get_absolute_url()).status_code == 200
