"""What is installed and what runs elsewhere is pinned by content."""

import re

import yaml

from ci import paths
from ci.pipeline.materials import pinned

WORKFLOWS = sorted((paths.ROOT / ".github" / "workflows").glob("*.yml"))


def test_every_package_but_torch_has_its_digests():
    hashes = paths.ROOT / "ci" / "hashes.txt"
    expected = pinned(paths.REQUIREMENTS)
    assert expected.pop("torch")
    assert pinned(hashes) == expected
    entries = re.split(
        r"^(?=[\w.-]+(?:\[[^]]*\])?==)", hashes.read_text(encoding="utf-8"), flags=re.MULTILINE
    )[1:]
    assert len(entries) == len(expected)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in entries)


def test_actions_are_pinned_by_digest():
    uses = [line for path in WORKFLOWS for line in path.read_text().splitlines() if "uses:" in line]
    assert len(uses) >= 10
    assert [line for line in uses if not re.search(r"@[0-9a-f]{40}  # v\d+\.\d+\.\d+$", line)] == []


def test_workflows_may_read_and_no_more_unless_they_publish():
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        for name, job in workflow["jobs"].items():
            assert "permissions" not in job or (path.stem, name) == ("publish", "deploy")
            for step in job["steps"]:
                if "checkout" in step.get("uses", ""):
                    assert step["with"]["persist-credentials"] is False
