"""What values do, and which are refused."""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parents[1]
SERVICES = ("identity", "leads", "clients", "comms", "ai", "reporting")
CHARTS = (*SERVICES, "consumer", "web", "gardenos")


def environment(deployment):
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {variable["name"]: variable for variable in container["env"]}


def plain(chart):
    """What a chart needs to be told at least."""
    return ["--values", str(HERE / chart / "ci" / "plain-values.yaml")] if chart == "consumer" else []


@pytest.mark.parametrize("chart", CHARTS)
def test_lint_finds_nothing(helm, chart):
    values = [["--values", str(path)] for path in (HERE / chart / "ci").glob("*-values.yaml")]
    for words in values if chart == "consumer" else ([], *values[:1]):
        outcome = helm.run("lint", "--strict", "--quiet", "--kube-version", "1.34", chart, *words)
        assert outcome.returncode == 0, outcome.stdout


class TestRefusals:
    """A release with a wrong value fails before anything changes, and says which."""

    @pytest.mark.parametrize("chart", CHARTS)
    @pytest.mark.parametrize("value", ["replica=3", "global.kafkaBootstrap=kafka:9092"])
    def test_an_unknown_value(self, helm, chart, value):
        outcome = helm.template(chart, *plain(chart), "--set", value)
        assert outcome.returncode != 0
        assert "additional properties" in outcome.stderr
        assert value.split("=")[0].split(".")[-1] in outcome.stderr

    def test_an_unknown_value_of_a_chart_in_the_umbrella(self, helm):
        outcome = helm.template("gardenos", "--set", "leads.database.user=x")
        assert outcome.returncode != 0
        assert "additional properties 'user' not allowed" in outcome.stderr

    @pytest.mark.parametrize(
        ("chart", "value"),
        [
            ("leads", "replicas=two"),
            ("leads", "replicas=-1"),
            ("leads", "image.digest=sha256:abc"),
            ("leads", "database.existingSecret=Not A Name"),
            ("leads", "autoscaling.enabled=maybe"),
            ("leads", "probes.liveness.path=/other"),
            ("leads", "resources.limits.memory=lots"),
            ("web", "database.existingSecret=web"),
            ("identity", "global.logLevel=loud"),
            ("identity", "global.kafka.bootstrap=kafka"),
            ("identity", "global.namePrefix=Garden"),
            ("ai", "qdrant.url=qdrant:6333"),
            ("reporting", "data.enabled=true"),
            ("consumer", "name=Hot Leads"),
            ("consumer", "name="),
            ("consumer", "name=leads"),
            ("consumer", "image.tag="),
        ],
    )
    def test_a_wrong_value(self, helm, chart, value):
        outcome = helm.template(chart, *plain(chart), "--set", value)
        assert outcome.returncode != 0
        assert "schema" in outcome.stderr

    @pytest.mark.parametrize(
        "name", ["DATABASE_URL", "MIGRATION_URL", "INTERNAL_TOKEN", "MODEL_KEY", "SIGNING_KEY", "MASTER_KEY"]
    )
    def test_a_secret_among_the_settings(self, helm, name):
        outcome = helm.template("leads", "--set", f"settings.{name}=x")
        assert outcome.returncode != 0
        assert name in outcome.stderr

    @pytest.mark.parametrize(
        "values",
        [
            ["qdrant.url="],
            ["data.enabled=true", "replicas=1"],
            ["qdrant.url=", "data.enabled=true", "replicas=2"],
            ["qdrant.url=", "data.enabled=true", "replicas=1", "autoscaling.enabled=true"],
        ],
    )
    def test_vectors_kept_nowhere_or_by_two_pods(self, helm, values):
        outcome = helm.template("ai", *(word for value in values for word in ("--set", value)))
        assert outcome.returncode != 0
        assert "qdrant.url" in outcome.stderr

    def test_a_route_without_a_gateway(self, helm):
        outcome = helm.template("leads", "--set", "global.httpRoute.enabled=true")
        assert "name at least one Gateway" in outcome.stderr


def test_schemas_are_current():
    outcome = subprocess.run(
        [sys.executable, HERE / "schemas.py", "--check"], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize("chart", CHARTS)
def test_schemas_are_closed(chart):
    """Every object either lists its properties or says what all of them are."""

    def walk(schema, path):
        if isinstance(schema, list):
            for item in schema:
                walk(item, path)
        elif isinstance(schema, dict):
            if "properties" in schema:
                assert schema["additionalProperties"] is False, path
            for key, value in schema.items():
                walk(value, f"{path}/{key}")

    walk(json.loads((HERE / chart / "values.schema.json").read_text()), chart)


class TestUmbrella:
    def test_is_the_sum_of_its_charts(self, helm):
        def by_name(rendered):
            return {(o["kind"], o["metadata"]["name"]): o for o in rendered.objects}

        parts = {}
        for chart in (*SERVICES, "web"):
            parts |= by_name(helm.render(chart))
        assert by_name(helm.render("gardenos")) == parts

    def test_leaves_out_what_is_off(self, helm):
        names = {o["metadata"]["name"] for o in helm.render("gardenos", "--set", "ai.enabled=false").objects}
        assert not any(name.startswith("gardenos-ai") for name in names)
        assert "gardenos-comms" in names

    def test_hands_shared_values_down(self, helm):
        rendered = helm.render(
            "gardenos", "--set", "global.image.registry=registry.example.test,global.image.tag=9.9.9,leads.image.tag=v1"
        )
        images = {pod["spec"]["containers"][0]["image"] for _, pod in rendered.pods()}
        expected = {f"registry.example.test/gardenos/{chart}:9.9.9" for chart in (*SERVICES, "web") if chart != "leads"}
        assert images == expected | {"registry.example.test/gardenos/leads:v1"}


class TestSettings:
    @pytest.mark.parametrize("service", SERVICES)
    def test_every_variable_is_one_the_service_reads(self, helm, service):
        """A misspelt name would be ignored without a word."""
        if importlib.util.find_spec(f"gardenos_{service}") is None:
            pytest.skip(f"gardenos_{service} is not installed")
        module = importlib.import_module(f"gardenos_{service}.settings")
        known = getattr(module, f"{service.capitalize()}Settings", None) or module.AISettings
        prefix = f"GARDENOS_{service.upper()}_"
        for values in [None, *(HERE / service / "ci").glob("*-values.yaml")]:
            rendered = helm.render(service, *(["--values", str(values)] if values else []))
            job_and_server = [pod for found, pod in rendered.pods() if found["kind"] != "Pod"]
            for pod in job_and_server:
                for variable in pod["spec"]["containers"][0]["env"]:
                    name = variable["name"]
                    fields = {name.removeprefix("GARDENOS_").lower(), name.removeprefix(prefix).lower()}
                    assert fields & known.model_fields.keys(), name

    def test_services_find_one_another(self, helm):
        rendered = helm.render("gardenos", "--set", "global.namePrefix=greenhouse")
        addresses = {f"http://{s['metadata']['name']}:{s['spec']['ports'][0]['port']}" for s in rendered.of("Service")}
        for deployment in rendered.of("Deployment"):
            if deployment["metadata"]["name"] == "greenhouse-web":
                continue
            for service in SERVICES:
                assert environment(deployment)[f"GARDENOS_{service.upper()}_URL"]["value"] in addresses

    def test_names_do_not_hang_on_the_release(self, helm):
        """So a service can move from the umbrella's release to one of its own."""
        outcome = helm.run("template", "other", "leads", "--kube-version", "1.34")
        names = {o["metadata"]["name"] for o in yaml.safe_load_all(outcome.stdout) if o}
        assert {name.removesuffix("-migrate").removesuffix("-test") for name in names} == {"gardenos-leads"}

    def test_a_further_setting_is_the_service_s_own(self, helm):
        deployment = helm.render("leads", "--set", "settings.MAX_BODY_BYTES=2000000").one("Deployment")
        assert environment(deployment)["GARDENOS_LEADS_MAX_BODY_BYTES"] == {
            "name": "GARDENOS_LEADS_MAX_BODY_BYTES",
            "value": "2000000",
        }

    def test_secrets_have_names_of_your_choice(self, helm):
        deployment = helm.render(
            "identity",
            "--set",
            "database.existingSecret=db,database.urlKey=u,signingKey.existingSecret=keys,signingKey.key=k,"
            "global.internalToken.existingSecret=inside,global.internalToken.key=t,"
            "global.masterKey.existingSecret=master,global.masterKey.key=m",
        ).one("Deployment")
        found = {
            name: variable["valueFrom"]["secretKeyRef"]
            for name, variable in environment(deployment).items()
            if "valueFrom" in variable
        }
        assert found == {
            "GARDENOS_IDENTITY_DATABASE_URL": {"name": "db", "key": "u"},
            "GARDENOS_IDENTITY_SIGNING_KEY": {"name": "keys", "key": "k"},
            "GARDENOS_INTERNAL_TOKEN": {"name": "inside", "key": "t"},
            "GARDENOS_MASTER_KEY": {"name": "master", "key": "m"},
        }

    @pytest.mark.parametrize("chart", ["leads", "clients", "comms", "ai", "identity", "reporting", "consumer"])
    def test_the_master_key_is_read_where_personal_data_is_sealed(self, helm, chart):
        own = ["--set", "global.masterKey.existingSecret=master,global.masterKey.key=m"]
        found = environment(helm.render(chart, *plain(chart), *own).one("Deployment")).get("GARDENOS_MASTER_KEY")
        key = {"name": "GARDENOS_MASTER_KEY", "valueFrom": {"secretKeyRef": {"name": "master", "key": "m"}}}
        assert found == (key if chart in ("identity", "leads", "clients", "comms", "ai") else None)

    def test_a_digest_goes_before_a_tag(self, helm):
        digest = "sha256:" + "a" * 64
        deployment = helm.render("leads", "--set", f"image.digest={digest},image.tag=v2").one("Deployment")
        assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == f"gardenos/leads@{digest}"


class TestMail:
    """Leads that come by mail: off, a port of its own where it is on."""

    ON = ("--set", "mail.enabled=true,mail.domain=leads.example.test")

    def test_is_off_unless_asked_for(self, helm):
        rendered = helm.render("leads")
        assert [s["metadata"]["name"] for s in rendered.of("Service")] == ["gardenos-leads"]
        assert "GARDENOS_LEADS_MAIL_PORT" not in environment(rendered.one("Deployment"))
        refused = helm.template("leads", "--set", "mail.enabled=true")
        assert refused.returncode != 0
        assert "mail.domain" in refused.stderr

    def test_has_a_service_and_a_port(self, helm):
        rendered = helm.render("leads", *self.ON, "--set", "mail.service.type=LoadBalancer")
        service = next(s for s in rendered.of("Service") if s["metadata"]["name"] == "gardenos-leads-mail")
        assert service["spec"]["type"] == "LoadBalancer"
        assert service["spec"]["ports"] == [{"name": "mail", "port": 25, "targetPort": "mail"}]
        deployment = rendered.one("Deployment")
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        (port,) = [each["containerPort"] for each in container["ports"] if each["name"] == "mail"]
        found = environment(deployment)
        assert found["GARDENOS_LEADS_MAIL_PORT"]["value"] == str(port)
        assert found["GARDENOS_LEADS_MAIL_DOMAIN"]["value"] == "leads.example.test"
        assert "GARDENOS_LEADS_MAIL_KEY_FILE" not in found

    def test_its_certificate_is_mounted_where_it_is_looked_for(self, helm):
        rendered = helm.render("leads", *self.ON, "--set", "mail.tlsSecret=mail-tls")
        pod = rendered.one("Deployment")["spec"]["template"]["spec"]
        (mount,) = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "mail"]
        (volume,) = [each for each in pod["volumes"] if each["name"] == "mail"]
        assert volume["secret"]["secretName"] == "mail-tls"
        found = environment(rendered.one("Deployment"))
        for name in ("CERTIFICATE", "KEY"):
            assert found[f"GARDENOS_LEADS_MAIL_{name}_FILE"]["value"].startswith(mount["mountPath"] + "/tls.")

    def test_the_policy_lets_in_whom_the_values_name(self, helm):
        shared = ["--set", "global.networkPolicy.enabled=true"]
        everybody = helm.render("leads", *self.ON, *shared).one("NetworkPolicy")["spec"]["ingress"]
        assert {"ports": [{"port": "mail"}]} in everybody
        named = ["--set", "mail.from[0].ipBlock.cidr=203.0.113.0/24"]
        some = helm.render("leads", *self.ON, *shared, *named).one("NetworkPolicy")["spec"]["ingress"]
        assert {"ports": [{"port": "mail"}], "from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]} in some
        assert len(helm.render("leads", *shared).one("NetworkPolicy")["spec"]["ingress"]) == 1


class TestConsumer:
    """The chart of anybody's consumer: named by its values, else like the six."""

    def test_is_nobody_s_without_a_name(self, helm):
        outcome = helm.template("consumer")
        assert outcome.returncode != 0
        assert "/name" in outcome.stderr

    def test_its_name_is_everywhere(self, helm):
        rendered = helm.render("consumer", *plain("consumer"))
        names = {found["metadata"]["name"] for found in rendered.objects}
        assert {name.removesuffix("-migrate").removesuffix("-test") for name in names} == {"gardenos-hot-leads"}
        deployment, job = rendered.one("Deployment"), rendered.one("Job")
        assert environment(deployment)["GARDENOS_HOT_LEADS_DATABASE_URL"]["valueFrom"]["secretKeyRef"] == {
            "name": "gardenos-hot-leads",
            "key": "database-url",
        }
        (container,) = job["spec"]["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", "hot_leads", "migrate"]
        assert container["image"] == "teams/hot-leads:2.4.0"
        assert "GARDENOS_HOT_LEADS_MIGRATION_URL" in {variable["name"] for variable in container["env"]}

    def test_finds_the_feeds_of_the_six(self, helm):
        six = {f"http://{s['metadata']['name']}:8000" for s in helm.render("gardenos").of("Service")}
        found = environment(helm.render("consumer", *plain("consumer")).one("Deployment"))
        assert {found[f"GARDENOS_{service.upper()}_URL"]["value"] for service in SERVICES} <= six

    def test_has_no_ingress_unless_it_names_its_routes(self, helm):
        shared = ["--set", "global.ingress.enabled=true,global.httpRoute.enabled=true"]
        shared += ["--set", "global.httpRoute.parentRefs[0].name=g"]
        closed = helm.render("consumer", *plain("consumer"), *shared)
        assert not closed.of("Ingress")
        assert not closed.of("HTTPRoute")
        opened = helm.render("consumer", *plain("consumer"), *shared, "--set", "routes={/api/v1/operations/hot-leads}")
        (rule,) = opened.one("Ingress")["spec"]["rules"]
        assert [path["path"] for path in rule["http"]["paths"]] == ["/api/v1/operations/hot-leads"]
        assert opened.one("HTTPRoute")


class TestRoutes:
    def test_each_prefix_has_one_service(self, helm):
        rendered = helm.render("gardenos", "--set", "global.ingress.enabled=true")
        paths = Counter(
            path["path"] for ingress in rendered.of("Ingress") for path in ingress["spec"]["rules"][0]["http"]["paths"]
        )
        assert max(paths.values()) == 1
        assert "/" in paths
        assert not any(path.startswith(("/internal", "/metrics", "/livez", "/readyz")) for path in paths)

    def test_the_gateway_routes_as_the_ingress_does(self, helm):
        rendered = helm.render(
            "gardenos",
            "--set",
            "global.ingress.enabled=true,global.httpRoute.enabled=true,global.httpRoute.parentRefs[0].name=g",
        )
        by_ingress = {
            (path["path"], path["backend"]["service"]["name"])
            for ingress in rendered.of("Ingress")
            for path in ingress["spec"]["rules"][0]["http"]["paths"]
        }
        by_route = {
            (rule["matches"][0]["path"]["value"], rule["backendRefs"][0]["name"])
            for route in rendered.of("HTTPRoute")
            for rule in route["spec"]["rules"]
        }
        assert by_ingress == by_route


def test_the_embedded_engine_keeps_one_pod_and_its_volume(helm):
    rendered = helm.render("ai", "--values", str(HERE / "ai" / "ci" / "embedded-values.yaml"))
    deployment, claim = rendered.one("Deployment"), rendered.one("PersistentVolumeClaim")
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert deployment["spec"]["replicas"] == 1
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert not rendered.of("HorizontalPodAutoscaler")
