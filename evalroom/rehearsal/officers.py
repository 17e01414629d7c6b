"""How simulated officers behave: the agency's lead moves the formalities, the supervisor watches
and may pause, the witness puts on record what he saw.
"""

from msgspec import Struct
from msgspec.structs import asdict

from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Act, condition, met
from evalroom.sessions.tender.model import Member as Appointee


class Substitute(Struct, frozen=True):
    """Who takes a member's place if it falls vacant: the person drawn, his account, and the
    workstation he will sit at.
    """

    appointee: Appointee
    principal: str
    workstation: str


class AgencyLead:
    """代理机构项目负责人: reads the discipline, sees to the formalities, checks the result."""

    def __init__(self, substitute: Substitute | None = None) -> None:
        self._substitute = substitute

    def next(self, view: View) -> Act | None:
        """What the agency's lead would do now."""
        if view["pause"] is not None or view["phase"]["over"]:
            return None
        return self._identify(view) or self._replace(view) or self._formality(view)

    def done(self, act: Act) -> None:
        """A substitute takes one place only."""
        if act.name == "ReplaceMember":
            self._substitute = None

    def _identify(self, view: View) -> Act | None:
        """Where the policy asks for it, compare each face with its papers."""
        waiting = condition(view, "all_checked_in")
        for member in waiting["params"].get("members", ()) if waiting else ():
            if view["committee"][member]["checked_in"]:
                return Act("ConfirmIdentity", {"member": member, "method": "id_card"})
        return None

    def _replace(self, view: View) -> Act | None:
        recused = [m for m, shown in view["committee"].items() if shown["recused"]]
        if not recused or self._substitute is None:
            return None
        return Act(
            "ReplaceMember",
            {
                "member": recused[0],
                "substitute": asdict(self._substitute.appointee),
                "principal": self._substitute.principal,
                "workstation": self._substitute.workstation,
                "reason": "回避后补抽",
            },
            pace="pondering",
        )

    def _formality(self, view: View) -> Act | None:
        match view["phase"]["name"]:
            case "declaration" if not met(view, "discipline_announced"):
                return Act("AnnounceDiscipline")
            case "lead" if view["ballot"]["deadlocked"]:
                args = {"member": view["ballot"]["candidates"][0], "reason": "三轮票数相同"}
                return Act("DesignateLead", args)
            case "summary" if view["results"]["verification"] == "open":
                owed = condition(view, "result_verified")
                return Act("AcceptResult", pace="reading") if owed else None
            case _:
                return None


class Supervisor:
    """行政监督: releases the start where a policy gives him that; may pause once, and resumes."""

    def __init__(self, *, pauses: bool = False) -> None:
        self._pauses = pauses

    def next(self, view: View) -> Act | None:
        """What the supervisor would do now."""
        if view["phase"]["over"]:
            return None
        if view["pause"] is not None:
            mine = view["pause"]["kind"] == "supervision"
            return Act("Resume", {"note": "情况已核实"}, pace="waiting") if mine else None
        release = condition(view, "start_approved")
        if release is not None and not release["met"] and view["ballot"]["start_requested"]:
            return Act("ApproveStart")
        if self._pauses and _scoring(view):
            args = {"clause": "《招标投标法》第七条", "document": "监督〔2026〕3号"}
            return Act("Pause", args, pace="pondering")
        return None

    def done(self, act: Act) -> None:
        """One pause is enough for a drill."""
        if act.name == "Pause":
            self._pauses = False


class Witness:
    """见证人员: one remark, when the scoring has begun."""

    def __init__(self) -> None:
        self._remarked = False

    def next(self, view: View) -> Act | None:
        """What the witness would do now."""
        if self._remarked or view["phase"]["over"] or not _scoring(view):
            return None
        return Act("RecordRemark", {"text": "各工位评审秩序正常，通讯工具已保管"}, pace="reading")

    def done(self, _act: Act) -> None:
        """Once is enough."""
        self._remarked = True


def _scoring(view: View) -> bool:
    """Whether members are at their sheets, in the stage that gives points."""
    chain = view["phase"]["chain"]
    stage = "detailed" if "detailed" in chain else "preliminary"
    open_ = any(not progress["group_closed"] for progress in view["sections"].values())
    return view["phase"]["name"] == stage and open_
