"""OneRoster packages made by hand."""

import io
import zipfile

MANIFEST = {
    "manifest.version": "1.0",
    "oneroster.version": "1.2",
    "file.orgs": "bulk",
    "file.academicSessions": "bulk",
    "file.courses": "bulk",
    "file.classes": "bulk",
    "file.users": "bulk",
    "file.roles": "bulk",
    "file.enrollments": "bulk",
    "source.systemName": "校务",
    "source.systemCode": "sis",
}
FILES = {
    "orgs": "sourcedId,status,dateLastModified,name,type\no1,,,公共管理教研部,department\n",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate\n"
    "t1,,,秋,term,2026-09-01,2027-01-15\n",
    "courses": "sourcedId,status,dateLastModified,schoolYearSourcedId,title\nk1,,,,网格化管理\n",
    "classes": "sourcedId,status,dateLastModified,title,courseSourcedId,termSourcedIds\n"
    "c1,,,第 12 期,k1,t1\n",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,"
    "identifier,email,primaryOrgSourcedId\n"
    "u1,,,true,wang.wu,五,王,S-1,wu@school.example,o1\n"
    "u2,,,true,teacher.zhao,六,赵,,,o1\n"
    "u3,,,true,ada,Ada,Lovelace,,,o1\n"
    "u4,,,true,parent,四,李,,,o1\n",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role\n"
    "r1,,,u1,primary,student\nr2,,,u2,primary,teacher\nr3,,,u3,primary,student\n"
    "r4,,,u4,primary,parent\n",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,"
    "userSourcedId,role,primary\n"
    "e1,,,c1,o1,u1,student,\ne2,,,c1,o1,u2,teacher,true\ne3,,,c1,o1,u3,student,\n",
}


def package(folder: str = "", *, manifest: dict[str, str] | None = None, **files: str) -> bytes:
    """A zip file; files and lines of the manifest are replaced, or left out where empty."""
    said = MANIFEST | (manifest or {})
    lines = "".join(f"{name},{value}\n" for name, value in said.items())
    contents = FILES | {"manifest": f"propertyName,value\n{lines}"} | files
    return zipped({f"{folder}{name}.csv": text for name, text in contents.items() if text})


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()
