from gardenos_chassis.agency_zones import zone_named


def test_an_unknown_zone_is_utc() -> None:
    for name in (None, "", "Mars/Olympus", "../etc/passwd"):
        assert zone_named(name).key == "UTC"
