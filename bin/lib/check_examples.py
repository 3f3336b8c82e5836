"""Checks requests and a CloudFormation template against AWS's own models and against each other, and the aws commands of
pages against botocore's models.

Arguments: the specification, a directory or, with "pages" as the third one, pages in its place. With "commands" it prints,
as JSON, what each container that runs the launcher is started with, instead of checking. With "documentation" it prints, as
JSON, what AWS's models say of shapes and members such as ecs.HealthCheck.retries.
"""

import difflib
import fnmatch
import json
import math
import re
import sys
from pathlib import Path

import botocore.session
import botocore.validate
import yaml
from botocore import xform_name

REQUESTS = {
    "-task.json": ("ecs", "RegisterTaskDefinition"),
    "-task-awsvpc.json": ("ecs", "RegisterTaskDefinition"),
    "-service.json": ("ecs", "CreateService"),
    "-service-awsvpc.json": ("ecs", "CreateService"),
    "-discovery.json": ("servicediscovery", "CreateService"),
    "-ingress.json": ("ec2", "AuthorizeSecurityGroupIngress"),
}
PRIMITIVES = {
    "String": (str,),
    "Integer": (int,),
    "Long": (int,),
    "Double": (int, float),
    "Boolean": (bool,),
    "Timestamp": (str,),
    "Json": (dict, str),
}
# By the documentation of ecs.HealthCheck and ecs.ContainerDefinition.stopTimeout, whose models have no bounds.
BOUNDS = {"interval": (5, 300), "timeout": (2, 60), "retries": (1, 10), "startPeriod": (0, 300)}
LONGEST_STOP = 120
# ECS replaces a task that is unhealthy. Without a leader all agents are, and replacing them makes it worse: an election and
# a quorum recovery must fit in.
LEADERLESS = 300
DEFAULT_STOP_TIMEOUT = "25s"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
EXPRESSION = re.compile(r"attribute:[\w.-]+ ((==|!=|equals|not_equals|=~|!~) \S+|exists|!exists|not_exists|(in|!in|not_in) \[.+])")
# Commands that the AWS CLI adds to the API's operations, with their options, and the options that every command has.
ADDED = {
    "cloudformation deploy": {"template-file", "stack-name", "capabilities", "parameter-overrides", "disable-rollback"},
    "ecr get-login-password": {"region"},
}
EVERYWHERE = {"cli-input-json", "region", "profile", "output", "query", "dry-run"}
# Forms of what stands for the user's own, in the examples and in README's commands: an account and a region.
ACCOUNT = re.compile(r"\d{12}")
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
PLACEHOLDER = re.compile(r"(?<!\w)(ACCOUNT|REGION)(?!\w)")
ARN = re.compile(r"arn:[\w-]+:[\w-]+:([^:]*):([^:]*):")
ECR = re.compile(r"([^./]+)\.dkr\.ecr(?:-fips)?\.([^.]+)\.amazonaws\.com")
COMMAND = re.compile(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)((?:\s+\\?\s*(?!aws )(?:--?[\w-]+|[^\s`|)]+))*)")
mistakes = []


def sources(pattern):
    """Words that the launcher's sources have in quotes, of one form."""
    files = Path("src/main/java").rglob("*.java")
    return {word for file in files for word in re.findall(f'"({pattern})"', file.read_text())}


def flags_of_consul():
    """The flags of consul agent, and whether each takes a value."""
    text = next(Path("src/main/java").rglob("FlagNames.java")).read_text()
    booleans, valued = re.search(r"BOOLEAN = Set\.of\((.*?)\);.*?VALUED = Set\.of\((.*?)\);", text, re.DOTALL).groups()
    return {name: takes for names, takes in ((booleans, False), (valued, True)) for name in re.findall(r'"([^"]+)"', names)}


FLAGS = flags_of_consul()
VARIABLES = sources(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def session():
    return botocore.session.get_session()


def enums(value, shape, where):
    """botocore's validator looks at names and types, not at what a word may be."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in value.items():
            if name in shape.members:
                enums(member, shape.members[name], f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for index, member in enumerate(value):
            enums(member, shape.member, f"{where}[{index}]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        mistakes.append(f"{where} is '{value}', not one of {', '.join(shape.enum)}")


def request(file, service, operation):
    shape = session().get_service_model(service).operation_model(operation).input_shape
    content = json.loads(file.read_text())
    report = botocore.validate.ParamValidator().validate(content, shape).generate_report()
    mistakes.extend(f"{file.name}: {line}" for line in report.splitlines())
    enums(content, shape, file.name)


def policy(file):
    content = json.loads(file.read_text())
    if content.get("Version") != "2012-10-17":
        mistakes.append(f"{file.name}: the version of a policy is 2012-10-17")
    of_a_role = file.name == "trust-policy.json"
    services = set(session().get_available_services())
    for statement in content["Statement"]:
        known = {"Sid", "Effect", "Action", "Condition", "Principal" if of_a_role else "Resource"}
        if set(statement) - known:
            mistakes.append(f"{file.name}: unknown element in {sorted(statement)}")
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            service, _, name = action.partition(":")
            model = session().get_service_model(service) if service in services else None
            if model is None or name not in model.operation_names:
                mistakes.append(f"{file.name}: there is no action {action}")


def is_function(value):
    return isinstance(value, dict) and len(value) == 1 and (next(iter(value)) == "Ref" or next(iter(value)).startswith("Fn::"))


def template(specification, file):
    content = yaml.safe_load(file.read_text())
    names = set(content["Resources"]) | set(content.get("Parameters", {}))
    references(content["Resources"], names, file.name)
    references(content.get("Outputs", {}), names, file.name)
    for name, resource in content["Resources"].items():
        kind = resource["Type"]
        if kind not in specification["ResourceTypes"]:
            mistakes.append(f"{file.name}: {name} has the unknown type {kind}")
            continue
        fields(specification, kind, resource.get("Properties", {}), specification["ResourceTypes"][kind], f"{file.name}: {name}")


def references(value, names, file):
    if isinstance(value, dict):
        target = value.get("Ref") or (value["Fn::GetAtt"][0] if "Fn::GetAtt" in value else None)
        if isinstance(target, str) and target not in names and not target.startswith("AWS::"):
            mistakes.append(f"{file}: there is nothing called {target}")
        for member in value.values():
            references(member, names, file)
    elif isinstance(value, list):
        for member in value:
            references(member, names, file)


def fields(specification, kind, value, model, where):
    known = model["Properties"]
    for name in value:
        if name not in known:
            mistakes.append(f"{where}: {kind.split('.')[-1]} has no property {name}")
    for name, described in known.items():
        if name in value:
            typed(specification, kind, value[name], described, f"{where}.{name}")
        elif described.get("Required"):
            mistakes.append(f"{where}: {name} is missing")


def typed(specification, kind, value, described, where):
    if is_function(value):
        return
    if "PrimitiveType" in described:
        expected = PRIMITIVES[described["PrimitiveType"]]
        good = isinstance(value, expected) and not (isinstance(value, bool) and bool not in expected)
        if not good:
            mistakes.append(f"{where} is {value!r}, and must be {described['PrimitiveType']}")
        return
    if described["Type"] in ("List", "Map"):
        container = list if described["Type"] == "List" else dict
        if not isinstance(value, container):
            mistakes.append(f"{where} must be a {described['Type'].lower()}")
            return
        item = {"PrimitiveType": described["PrimitiveItemType"]} if "PrimitiveItemType" in described else {"Type": described["ItemType"]}
        members = enumerate(value) if container is list else value.items()
        for key, member in members:
            typed(specification, kind, member, item, f"{where}[{key}]")
        return
    resource = kind.split(".")[0]
    name = described["Type"] if described["Type"] == "Tag" else f"{resource}.{described['Type']}"
    model = specification["PropertyTypes"].get(name) or specification["PropertyTypes"][f"{resource}.{described['Type']}"]
    if "Properties" not in model:
        return
    if not isinstance(value, dict):
        mistakes.append(f"{where} must have properties")
        return
    fields(specification, name if name != "Tag" else resource, value, model, where)


def as_request(value):
    """A template's properties are those of the API with a capital letter."""
    if isinstance(value, list):
        return [as_request(member) for member in value]
    if isinstance(value, dict) and not is_function(value):
        return {name[0].lower() + name[1:]: as_request(member) for name, member in value.items()}
    return value


def resolved(value, parameters):
    """What a template's value will be, as far as it can be told."""
    if isinstance(value, list):
        return [resolved(member, parameters) for member in value]
    if isinstance(value, dict) and "Ref" in value:
        return parameters.get(value["Ref"], value["Ref"])
    if isinstance(value, dict) and not is_function(value):
        return {name: resolved(member, parameters) for name, member in value.items()}
    return value


def choices(parameters):
    """The parameters' defaults, once for each number of servers that may be chosen."""
    defaults = {name: described["Default"] for name, described in parameters.items() if "Default" in described}
    defaults["Image"] = "consul-launcher"
    return [{**defaults, "Servers": servers} for servers in parameters.get("Servers", {}).get("AllowedValues", [0])]


def declared(directory):
    """Groups of what belongs together: task definitions by family, services, tags that autoscaling groups give instances."""
    files = sorted(Path(directory).iterdir())
    families = {}
    services = []
    for file in files:
        if file.suffix == ".json":
            content = json.loads(file.read_text())
            if "containerDefinitions" in content:
                families[content["family"]] = (file.name, content)
            elif "taskDefinition" in content:
                services.append((file.name, content))
    groups = [(families, services, [])]
    for file in files:
        if file.suffix == ".yaml":
            content = yaml.safe_load(file.read_text())
            for parameters in choices(content["Parameters"]):
                families, services, tags = {}, [], []
                for name, resource in content["Resources"].items():
                    if "Properties" not in resource:
                        continue
                    properties = resolved(as_request(resource["Properties"]), parameters)
                    if resource["Type"] == "AWS::ECS::TaskDefinition":
                        families[name] = (f"{file.name}: {name}", properties)
                    elif resource["Type"] == "AWS::ECS::Service":
                        services.append((f"{file.name}: {name}", properties))
                    elif resource["Type"] == "AWS::AutoScaling::AutoScalingGroup":
                        tags += [f"{tag['key']}={tag['value']}" for tag in properties.get("tags", []) if tag["propagateAtLaunch"]]
                groups.append((families, services, tags))
    return groups


def variables(container):
    return {pair["name"]: str(pair["value"]) for pair in container.get("environment", [])}


def is_agent(container):
    return "consul-launcher" in str(container["image"]) and container.get("command", [""])[0] == "agent"


def given_flags(container):
    """The flags in an agent's command, as Go reads them: names, values, and words that are no flags."""
    given, others = {}, []
    words = iter(container["command"][1:])
    for word in words:
        if not isinstance(word, str):
            continue
        name, equals, value = re.sub("^--?", "", word).partition("=")
        if not word.startswith("-"):
            others.append(word)
        elif equals or not FLAGS.get(name):
            given[name] = value if equals else "true"
        else:
            given[name] = next(words, "")
    return given, others


def is_server(container):
    if not is_agent(container):
        return False
    asked = [given_flags(container)[0].get("server"), variables(container).get("CONSUL_SERVER")]
    return any(str(each).strip().lower() in ("true", "1", "t") for each in asked)


def meant(word, known, sign=""):
    close = difflib.get_close_matches(word, known, 1, 0.8)
    return f": did you mean {sign}{close[0]}?" if close else ""


def membership(container):
    """What a client and its servers must have in common."""
    environment = variables(container)
    tag = f"{environment.get('TAG_KEY')}={environment.get('TAG_VALUE')}" if "TAG_KEY" in environment else None
    key = [secret["valueFrom"] for secret in container.get("secrets", []) if secret["name"] == "CONSUL_ENCRYPT"]
    return {
        "tag": tag,
        "datacenter": given_flags(container)[0].get("datacenter", "dc1").lower(),
        "gossip key": str(key[0] if key else environment.get("CONSUL_ENCRYPT")),
    }


def one_cluster(families, tags):
    agents = [
        (f"{where}: {container['name']}", is_server(container), membership(container))
        for where, definition in families.values()
        for container in definition["containerDefinitions"]
        if is_agent(container)
    ]
    for where, server, has in agents:
        if server and has["tag"] and tags and has["tag"] not in tags:
            mistakes.append(f"{where}: no autoscaling group gives its instances the tag {has['tag']}")
        for what, value in has.items():
            of_servers = {other[what] for _, is_one, other in agents if is_one} - ({None} if what == "tag" else set())
            # Who has no tag joins by something else.
            if not server and value is not None and of_servers and value not in of_servers:
                mistakes.append(f"{where}: the {what} {value} isn't that of the servers, {', '.join(sorted(of_servers))}")


def own_values(where, value, name=""):
    """Accounts and regions that were not filled in: in the forms that AWS has, and as README's commands name them."""
    if isinstance(value, dict):
        for key, member in value.items():
            own_values(where, member, key)
    elif isinstance(value, list):
        for member in value:
            own_values(where, member, name)
    elif isinstance(value, str) and name.lower() != "name":
        found = [(ACCOUNT, account, "account") for _, account in ARN.findall(value) if account not in ("", "aws", "*")]
        found += [(REGION, region, "region") for region, _ in ARN.findall(value) if region not in ("", "*")]
        found += [(ACCOUNT, account, "account") for account, _ in ECR.findall(value)]
        found += [(REGION, region, "region") for _, region in ECR.findall(value)]
        found += [(REGION, value, "region")] if name == "awslogs-region" else []
        wrong = [f"{given} is no {what}" for form, given, what in found if not form.fullmatch(given) and "${" not in given]
        if not wrong and PLACEHOLDER.search(value):
            wrong = [f"{PLACEHOLDER.search(value).group()} stands for your own"]
        mistakes.extend(f"{where}: '{value}': {each}" for each in wrong)


def together(directory):
    """What no model says: that the parts fit each other, and that a deployment can go on and keeps the quorum."""
    readable = []
    for file in Path(directory).glob("execution-role-policy.json"):
        readable += [statement["Resource"] for statement in json.loads(file.read_text())["Statement"]]
    for families, services, tags in declared(directory):
        for where, definition in families.values():
            for container in definition["containerDefinitions"]:
                one_container(f"{where}: {container['name']}", definition, container)
                for secret in container.get("secrets", []):
                    if where.endswith(".json") and not any(fnmatch.fnmatch(secret["valueFrom"], it) for it in readable):
                        mistakes.append(f"{where}: execution-role-policy.json doesn't allow to read {secret['valueFrom']}")
        for where, service in services:
            if service["taskDefinition"] not in families:
                mistakes.append(f"{where}: no example has the task definition {service['taskDefinition']}")
            else:
                one_service(where, service, families[service["taskDefinition"]][1])
        one_cluster(families, tags)


def one_container(where, definition, container):
    siblings = {sibling["name"]: sibling for sibling in definition["containerDefinitions"]}
    for needed in container.get("dependsOn", []):
        sibling = siblings.get(needed["containerName"])
        if sibling is None:
            mistakes.append(f"{where}: there is no container {needed['containerName']} to depend on")
        elif needed["condition"] in ("SUCCESS", "COMPLETE") and sibling.get("essential", True):
            mistakes.append(f"{where}: {needed['containerName']} is to end, and must not be essential")
        elif needed["condition"] == "HEALTHY" and "healthCheck" not in sibling:
            mistakes.append(f"{where}: {needed['containerName']} has no health check to wait for")
    volumes = {volume["name"] for volume in definition.get("volumes", [])}
    for mount in container.get("mountPoints", []):
        if mount["sourceVolume"] not in volumes:
            mistakes.append(f"{where}: there is no volume {mount['sourceVolume']}")
    stop = container.get("stopTimeout", 30)
    if stop > LONGEST_STOP:
        mistakes.append(f"{where}: stopTimeout is {stop}, above {LONGEST_STOP}")
    check = container.get("healthCheck", {})
    for name, (least, most) in BOUNDS.items():
        if name in check and not least <= check[name] <= most:
            mistakes.append(f"{where}: healthCheck.{name} is {check[name]}, not from {least} to {most}")
    if "consul-launcher" in str(container["image"]):
        names = [*variables(container), *(secret["name"] for secret in container.get("secrets", []))]
        for name in names:
            if name not in VARIABLES and meant(name, VARIABLES):
                mistakes.append(f"{where}: the launcher has no variable {name}{meant(name, VARIABLES)}")
    if not is_agent(container):
        return
    given, others = given_flags(container)
    mistakes.extend(f"{where}: '{word}' in the command is no flag" for word in others)
    for name in given:
        if name not in FLAGS:
            mistakes.append(f"{where}: Consul has no flag -{name}{meant(name, FLAGS, '-')}")
    environment = variables(container)
    own = environment.get("CONSUL_STOP_TIMEOUT", DEFAULT_STOP_TIMEOUT)
    if int(own.removesuffix("s")) >= stop:
        mistakes.append(f"{where}: CONSUL_STOP_TIMEOUT {own} is not below stopTimeout {stop}")
    patience = check.get("interval", 30) * check.get("retries", 3)
    if check and patience < LEADERLESS:
        mistakes.append(f"{where}: ECS would replace this agent after {patience} s without a leader, all of them at once")
    if "/consul/data" not in [mount["containerPath"] for mount in container.get("mountPoints", [])]:
        mistakes.append(f"{where}: nothing keeps /consul/data")
    if "TAG_KEY" in environment and not definition.get("taskRoleArn"):
        mistakes.append(f"{where}: without a task role nobody is found by tag")
    if definition["networkMode"] == "awsvpc" and is_server(container) and "TAG_KEY" in environment:
        mistakes.append(f"{where}: the tag leads to the instances' addresses, and in awsvpc mode a task has its own")


def one_service(where, service, definition):
    deployment = service["deploymentConfiguration"]
    daemon = service.get("schedulingStrategy") == "DAEMON"
    # A daemon on two instances: one must be replaceable while the other stays.
    desired = 2 if daemon else int(service["desiredCount"])
    least = math.ceil(desired * deployment["minimumHealthyPercent"] / 100)
    most = math.floor(desired * deployment["maximumPercent"] / 100)
    if least >= desired and (most <= desired or definition["networkMode"] == "host"):
        mistakes.append(f"{where}: of {desired} tasks {least} must stay, so no deployment ever begins")
    if daemon and least == 0:
        mistakes.append(f"{where}: a deployment stops the tasks of all instances at once")
    servers = [container for container in definition["containerDefinitions"] if is_server(container)]
    if servers and not daemon and desired - least > 1:
        mistakes.append(f"{where}: a deployment stops {desired - least} of {desired} servers at once")
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    for what in ("deploymentCircuitBreaker", "alarms"):
        if servers and deployment.get(what, {}).get("rollback"):
            mistakes.append(f"{where}: {what}.rollback puts an older Consul onto a newer one's data by itself: set it to false")
    for container in servers:
        expected = variables(container).get("BOOTSTRAP_EXPECT")
        if expected != str(desired):
            mistakes.append(f"{where}: {desired} tasks, but BOOTSTRAP_EXPECT is {expected}")
    if (definition["networkMode"] == "awsvpc") != ("networkConfiguration" in service):
        mistakes.append(f"{where}: networkConfiguration belongs to awsvpc mode, and to no other")
    for constraint in service.get("placementConstraints", []):
        if constraint["type"] == "memberOf" and not EXPRESSION.fullmatch(constraint["expression"]):
            mistakes.append(f"{where}: '{constraint['expression']}' is no expression of the cluster query language")


def pages(files):
    """The aws commands of pages: that the operation exists, and each of its options."""
    found = 0
    services = set(session().get_available_services())
    for file in files:
        for service, operation, rest in COMMAND.findall(Path(file).read_text()):
            found += 1
            where = f"{file}: aws {service} {operation}"
            options = ADDED.get(f"{service} {operation}")
            if options is None and service in services:
                model = session().get_service_model(service)
                names = {xform_name(name, "-"): name for name in model.operation_names}
                if operation in names:
                    shape = model.operation_model(names[operation]).input_shape
                    options = flags(shape)
            if options is None:
                mistakes.append(f"{where}: there is no such command")
                continue
            for option in re.findall(r"--([a-z][\w-]*)", rest):
                if option not in options | EVERYWHERE:
                    mistakes.append(f"{where}: there is no option --{option}")
    return found


def flags(shape):
    names = set()
    for name, member in (shape.members if shape else {}).items():
        option = xform_name(name, "-")
        names.add(option)
        if member.type_name == "boolean":
            names.add("no-" + option)
    return names


def container(file, described):
    return {
        "file": file,
        "image": described["image"],
        "entryPoint": described.get("entryPoint", []),
        "command": described.get("command", []),
        "environment": variables(described),
        "secrets": [secret["name"] for secret in described.get("secrets", [])],
        "healthCheck": described.get("healthCheck", {}).get("command", []),
    }


def commands(directory):
    containers = []
    for families, _, _ in declared(directory):
        for where, definition in families.values():
            containers += [container(where, described) for described in definition["containerDefinitions"]]
    print(json.dumps([each for each in containers if "consul-launcher" in str(each["image"])]))


def documentation(names):
    texts = {}
    for name in names:
        service, shape, *member = name.split(".")
        described = session().get_service_model(service).shape_for(shape)
        for each in member:
            described = described.members[each]
        texts[name] = " ".join(re.sub(r"<[^>]+>", "", described.documentation).split())
    print(json.dumps(texts))


def examples(specification, directory):
    specification = json.loads(Path(specification).read_text())
    checked = 0
    filled_in = []
    for file in sorted(Path(directory).iterdir()):
        matching = [model for ending, model in REQUESTS.items() if file.name.endswith(ending)]
        if matching:
            request(file, *matching[0])
        elif file.name.endswith("-policy.json"):
            policy(file)
        elif file.suffix == ".yaml":
            template(specification, file)
        elif file.name == "README.md":
            continue
        else:
            mistakes.append(f"{file.name}: no model is known for this file")
        if file.suffix in (".json", ".yaml"):
            filled_in.append(file)
        checked += 1
    # Whatever isn't what a model says may lack what the rest looks at.
    if not mistakes:
        together(directory)
    for file in filled_in:
        own_values(file.name, yaml.safe_load(file.read_text()))
    return checked, "examples are what AWS's models say"


def main(specification, directory, mode="check", *more):
    if mode == "commands":
        commands(directory)
        return
    if mode == "documentation":
        documentation([directory, *more])
        return
    if mode == "pages":
        checked, what = pages([directory, *more]), "commands are what AWS's models say"
    else:
        checked, what = examples(specification, directory)
    print("\n".join(mistakes) if mistakes else f"{checked} {what}")
    sys.exit(1 if mistakes or not checked else 0)


main(*sys.argv[1:])
