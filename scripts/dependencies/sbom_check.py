"""A bill of materials against the schema of CycloneDX, strictly: prints what is wrong, and how many parts it has."""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = open(sys.argv[1], encoding="utf8").read()
fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
bill = json.loads(text)
known = {bill["metadata"]["component"]["bom-ref"]} | {part["bom-ref"] for part in bill["components"]}
loose = [name for each in bill["dependencies"] for name in [each["ref"], *each["dependsOn"]] if name not in known]
faults = [str(fault)[:500]] if fault else []
faults += [f"{name} is needed, and not in it" for name in loose]
print(json.dumps({"parts": len(bill["components"]), "faults": faults}))
