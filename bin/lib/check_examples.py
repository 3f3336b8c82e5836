"""Checks requests and a CloudFormation template against AWS's own models.

Arguments: the specification, the directory. With "commands" as the third one it prints, as JSON, what each container that
runs the launcher is started with, instead of checking.
"""

import json
import sys
from pathlib import Path

import botocore.session
import botocore.validate
import yaml

REQUESTS = {
    "-task.json": ("ecs", "RegisterTaskDefinition"),
    "-task-awsvpc.json": ("ecs", "RegisterTaskDefinition"),
    "-service.json": ("ecs", "CreateService"),
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
mistakes = []


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


def request(session, file, service, operation):
    shape = session.get_service_model(service).operation_model(operation).input_shape
    content = json.loads(file.read_text())
    report = botocore.validate.ParamValidator().validate(content, shape).generate_report()
    mistakes.extend(f"{file.name}: {line}" for line in report.splitlines())
    enums(content, shape, file.name)


def policy(file):
    content = json.loads(file.read_text())
    if content.get("Version") != "2012-10-17":
        mistakes.append(f"{file.name}: the version of a policy is 2012-10-17")
    services = set(botocore.session.get_session().get_available_services())
    for statement in content["Statement"]:
        if set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"}:
            mistakes.append(f"{file.name}: unknown element in {sorted(statement)}")
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            service, _, name = action.partition(":")
            model = botocore.session.get_session().get_service_model(service) if service in services else None
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


def value_of(value, parameters):
    """What a template's value will be, as far as it can be told."""
    if isinstance(value, dict) and "Ref" in value:
        return str(parameters.get(value["Ref"], {}).get("Default", "x"))
    return str(value)


def container(file, described, parameters):
    lower = {name[0].lower() + name[1:]: value for name, value in described.items()}
    pairs = [{name.lower(): value for name, value in pair.items()} for pair in lower.get("environment", [])]
    return {
        "file": file.name,
        "image": value_of(lower["image"], parameters),
        "entryPoint": lower.get("entryPoint", []),
        "command": [value_of(word, parameters) for word in lower.get("command", [])],
        "environment": {pair["name"]: value_of(pair["value"], parameters) for pair in pairs},
        "secrets": [{name.lower(): value for name, value in secret.items()}["name"] for secret in lower.get("secrets", [])],
        "healthCheck": {name.lower(): value for name, value in lower.get("healthCheck", {}).items()}.get("command", []),
    }


def commands(directory):
    containers = []
    for file in sorted(Path(directory).iterdir()):
        if file.suffix == ".yaml":
            content = yaml.safe_load(file.read_text())
            parameters = content["Parameters"]
            parameters["Image"]["Default"] = "consul-launcher"
            for resource in content["Resources"].values():
                if resource["Type"] == "AWS::ECS::TaskDefinition":
                    for described in resource["Properties"]["ContainerDefinitions"]:
                        containers.append(container(file, described, parameters))
        else:
            for described in json.loads(file.read_text()).get("containerDefinitions", []):
                containers.append(container(file, described, {}))
    print(json.dumps([each for each in containers if "consul-launcher" in each["image"]]))


def main(specification, directory, mode="check"):
    if mode == "commands":
        commands(directory)
        return
    specification = json.loads(Path(specification).read_text())
    session = botocore.session.get_session()
    checked = 0
    for file in sorted(Path(directory).iterdir()):
        matching = [model for ending, model in REQUESTS.items() if file.name.endswith(ending)]
        if matching:
            request(session, file, *matching[0])
        elif file.name.endswith("-policy.json"):
            policy(file)
        elif file.suffix == ".yaml":
            template(specification, file)
        else:
            mistakes.append(f"{file.name}: no model is known for this file")
        checked += 1
    print("\n".join(mistakes) if mistakes else f"{checked} examples are what AWS's models say")
    sys.exit(1 if mistakes or not checked else 0)


main(*sys.argv[1:])
