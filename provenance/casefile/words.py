"""What a case file says around its findings, in English and in Chinese."""

from collections.abc import Mapping

from provenance.proof.codes import CHECKS
from provenance.words.story import LANGUAGES

_ENGLISH = {
    "title": "Case file: evidence of provenance",
    "language": "English",
    "summary": "What was found",
    "made": "made on {time} by provenance {version}",
    "judged": "Judged as of",
    "ledger": "Ledger (origin)",
    "trust": "Trust file",
    "count": "Checked",
    "counts": "{count} in all",
    "inputs": "What was checked",
    "details": "Each one in detail",
    "source": "File",
    "kind": "Kind",
    "outcome": "Outcome",
    "subject": "About",
    "digest": "SHA-256",
    "no digest": "a folder: see its checkpoint",
    "checks": "Checks",
    "check": "Check",
    "code": "Code",
    "detail": "Found",
    "notices": "Notices",
    "story": "The story, as it was signed",
    "faults": "What differs",
    "where": "Where",
    "signer": "Signed by",
    "pointer": "Field",
    "here": "Here",
    "there": "In the second copy",
    "nothing there": "(not there)",
    "whole": "(the whole of it)",
    "checkpoint": "The signed checkpoint that it rests on",
    "root": "size {size}, root {root}",
    "repeat": "How to repeat it",
    "repeat text": (
        "With the same files, the program comes to the same findings on any"
        " machine, without a network. First compare the files’ hashes with"
        " those above, then run:"
    ),
    "repeat trust": (
        "Take the trust file from the ledger’s operator, not from whoever"
        " handed over this case file; its hash is above."
    ),
    "limits": "What this does not prove",
    "limit truth": (
        "That those who signed told the truth, or that the label is on the"
        " right thing."
    ),
    "limit time": (
        "What was logged after each checkpoint: a later recall is not in it."
    ),
    "limit file": (
        "That this document is unchanged: it is not signed. The findings are"
        " proved by the evidence, so repeat them."
    ),
    "limit copy": (
        "Which of two copies is right, where it says no more than that they"
        " differ; a second copy never enters a verdict."
    ),
    "VERIFIED": "Verified",
    "FAILED": "Failed",
    "INCOMPLETE": "Incomplete",
    "UNKNOWN": "Unknown",
    "kind.bundle": "bundle",
    "kind.receipt": "receipt",
    "kind.checkpoint": "checkpoint",
    "kind.tiles": "log as tiles",
    "kind.ledger": "ledger",
    "kind.other": "not evidence",
    "step.receipt": "Receipt",
    "step.audit": "Audit",
    "step.tiles": "Tiles",
    **{f"step.{name}": check.title["en"] for name, check in CHECKS.items()},
}

_CHINESE = {
    "title": "核验档案：溯源证据",
    "language": "中文",
    "summary": "核验结果",
    "made": "由 provenance {version} 于 {time} 生成",
    "judged": "判定所依据的时间",
    "ledger": "账本（来源）",
    "trust": "信任文件",
    "count": "核验数量",
    "counts": "共 {count} 项",
    "inputs": "核验对象",
    "details": "逐项详情",
    "source": "文件",
    "kind": "类型",
    "outcome": "结果",
    "subject": "对象",
    "digest": "SHA-256",
    "no digest": "文件夹：见其检查点",
    "checks": "各项核验",
    "check": "核验项",
    "code": "代码",
    "detail": "核验所见",
    "notices": "提示",
    "story": "签署记录的来龙去脉",
    "faults": "差异之处",
    "where": "位置",
    "signer": "签署方",
    "pointer": "字段",
    "here": "本文件",
    "there": "另一份副本",
    "nothing there": "（无）",
    "whole": "（整体）",
    "checkpoint": "所依据的已签名检查点",
    "root": "大小 {size}，根哈希 {root}",
    "repeat": "如何重新核验",
    "repeat text": (
        "使用同样的文件，本程序在任何机器上都会得出同样的结果，无需联网。"
        "请先将文件的哈希值与上文比对，再运行："
    ),
    "repeat trust": (
        "信任文件请向账本运营方索取，不要使用交给您本档案的人所提供的；"
        "其哈希值见上文。"
    ),
    "limits": "本档案不能证明什么",
    "limit truth": "不能证明签署方所言属实，也不能证明标签贴在正确的商品上。",
    "limit time": "不能反映各检查点之后的记录：之后若有召回，这里看不到。",
    "limit file": (
        "不能证明本文档未被改动：文档本身没有签名。结论以证据为准，请重新核验。"
    ),
    "limit copy": (
        "如果只写明两份副本不一致，则不能据此判断哪一份正确；"
        "另一份副本从不影响核验结果。"
    ),
    "VERIFIED": "已核验",
    "FAILED": "核验失败",
    "INCOMPLETE": "不完整",
    "UNKNOWN": "无法判断",
    "kind.bundle": "溯源证明",
    "kind.receipt": "入账回执",
    "kind.checkpoint": "检查点",
    "kind.tiles": "导出的账本（tiles）",
    "kind.ledger": "账本",
    "kind.other": "不是证据",
    "step.receipt": "入账回执",
    "step.audit": "全面审计",
    "step.tiles": "账本文件",
    **{f"step.{name}": check.title["zh"] for name, check in CHECKS.items()},
}

WORDS: Mapping[str, Mapping[str, str]] = dict(
    zip(LANGUAGES, (_ENGLISH, _CHINESE), strict=True)
)
"""Language → phrase → words."""


def case_word(phrase: str, language: str, /, **values: object) -> str:
    """Return *phrase* in *language*, with its *values*."""
    return WORDS[language][phrase].format(**values)
