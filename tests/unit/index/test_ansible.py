"""Ansible YAML: cut by play, task and group, and no secret in it."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from index import ansible
from index.documents import Chunk
from index.packing import estimated_piece_starts
from index.redaction import redact_yaml

VAULT = """$ANSIBLE_VAULT;1.1;AES256
          62313365396662343061393464336163383764373764613633653634306231386433626436623361
          6134333665353966363534333632666535333761666131620a663537646436643839616531643561"""

PLAYBOOK = f"""---
# Reverse proxy for everything that is reachable from outside
- name: Configure the reverse proxy
  hosts: proxy
  become: true
  vars:
    nginx_worker_connections: 1024
    db_password: !vault |
          {VAULT}
    api_token: tok-live-8d7f6a5b4c
    admin_password: "{{{{ vault_admin_password }}}}"
    database_url: postgres://app:s3cr3t-pw@db1/app
  tasks:
    - name: Install nginx
      ansible.builtin.apt:
        name: nginx
        state: present
        update_cache: true
        cache_valid_time: 3600

    # The certificates come from the step before this one
    - name: Copy the site configuration
      ansible.builtin.template:
        src: site.conf.j2
        dest: /etc/nginx/sites-enabled/site.conf
        mode: "0644"
      notify: Reload nginx
  handlers:
    - name: Reload nginx
      ansible.builtin.service:
        name: nginx
        state: reloaded
- name: Second play
  hosts: all
  roles:
    - role: common
"""

INVENTORY = """all:
  children:
    proxmox:
      hosts:
        pve1: {ansible_host: 192.0.2.11}
        pve2: {ansible_host: 192.0.2.12}
      vars:
        ansible_password: hunter2
    storage:
      hosts:
        nas1:
          ansible_host: 192.0.2.20
          zfs_arc_max: !custom 8589934592
"""


def chunks_of(text: str, source: str = "site.yml") -> list[Chunk]:
    document, problem = ansible.parse(text, source=source)
    assert problem is None
    return ansible.chunk(document, estimated_piece_starts)


def test_plays_and_tasks_are_sections() -> None:
    paths = [chunk.heading_path for chunk in chunks_of(PLAYBOOK)]
    assert ("Configure the reverse proxy",) in paths
    assert ("Configure the reverse proxy", "Install nginx") in paths
    assert ("Configure the reverse proxy", "Copy the site configuration") in paths


def test_a_comment_belongs_to_the_task_below() -> None:
    copy = next(c for c in chunks_of(PLAYBOOK) if "Copy the site configuration" in c.heading_path)
    assert "The certificates come from" in copy.text


def test_inventory_groups_are_sections() -> None:
    chunks = chunks_of(INVENTORY, "inventory/hosts.yml")
    assert chunks[0].title == "Ansible inventory hosts.yml"
    assert ("all", "proxmox") in {chunk.heading_path for chunk in chunks}
    assert any("192.0.2.12" in chunk.text for chunk in chunks)


@pytest.mark.parametrize(
    "secret", ["62313365", "tok-live-8d7f6a5b4c", "s3cr3t-pw", "$ANSIBLE_VAULT", "hunter2"]
)
def test_secrets_are_not_kept(secret: str) -> None:
    stored = "".join(
        chunk.searchable_text for chunk in [*chunks_of(PLAYBOOK), *chunks_of(INVENTORY)]
    )
    assert secret not in stored
    assert "vault_admin_password" in stored
    assert "nginx_worker_connections: 1024" in stored


@pytest.mark.parametrize(
    "line",
    [
        "wifi_psk: TopSecret9",
        "{name: app, password: TopSecret9}",
        "smtp:\n  pass: TopSecret9",
        "secrets:\n  - TopSecret9\n  - other",
        "private_key: |\n  TopSecret9\n  more\nnext: 1",
        "private_key: >-\n  TopSecret9",
        "cmd: mysql --password=TopSecret9 -e 'show tables'",
        '"api_key": "TopSecret9"',
        "auth_tokens:\n  nas:\n    value: TopSecret9",
        "broken: [\npassword: TopSecret9",
        "broken: [\n  key_secret: |\n    TopSecret9\n",
        "broken: [\n  x: !vault |\n    TopSecret9\n    TopSecret9\n",
    ],
)
def test_secret_shapes(line: str) -> None:
    document, _ = ansible.parse(line, source="vars.yml")
    assert "TopSecret9" not in document.text


def test_an_encrypted_file_keeps_only_its_name() -> None:
    document, problem = ansible.parse(
        "$ANSIBLE_VAULT;1.1;AES256\n" + "61626364" * 10 + "\n", source="group_vars/all/vault.yml"
    )
    assert problem is None
    assert "6162" not in document.text
    assert document.title == "Ansible variables of group all/vault"


def test_what_is_not_yaml_is_kept_as_text_and_reported() -> None:
    document, problem = ansible.parse("- name: {{ broken\n  key: [", source="x.yml")
    assert problem is not None
    assert problem.startswith("x.yml: not valid YAML")
    assert "broken" in ansible.chunk(document, estimated_piece_starts)[0].text


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("ansible/roles/nginx/tasks/main.yml", "Ansible role nginx: tasks/main.yml"),
        ("host_vars/pve1.yml", "Ansible variables of host pve1"),
        ("playbooks/update.yml", "Ansible playbook update.yml"),
        ("x/tasks/backup.yml", "Ansible tasks backup.yml"),
    ],
)
def test_title_says_what_the_file_is(source: str, title: str) -> None:
    assert ansible.parse("a: 1", source=source)[0].title == title


scalars = st.one_of(st.text(alphabet="abc {}%$#:-'\"\n", max_size=30), st.integers(), st.booleans())
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(
            st.sampled_from(["name", "hosts", "tasks", "vars", "children", "k"]), inner
        ),
    ),
    max_leaves=30,
)


@given(trees)
def test_no_line_is_lost(tree: object) -> None:
    document, problem = ansible.parse(yaml.safe_dump(tree), source="x.yml")
    assert problem is None
    joined = "".join(chunk.text for chunk in ansible.chunk(document, estimated_piece_starts))
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", document.text)


@given(st.text(max_size=300))
def test_any_text_parses(text: str) -> None:
    document, _ = ansible.parse(text, source="x.yml")
    ansible.chunk(document, estimated_piece_starts)


def test_a_file_with_a_certificate_in_one_line_is_read_at_once() -> None:
    blob = "0aB" * 100_000
    text = f"ca: {blob}\ndb_password: hunter22\n{blob}_api_key=topsecret1\n"
    redacted = redact_yaml(text)
    assert blob in redacted
    assert "hunter22" not in redacted
    assert "topsecret1" not in redacted
