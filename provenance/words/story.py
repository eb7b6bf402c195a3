"""What timelines and verdicts say around the record, in each language."""

from collections.abc import Mapping

from provenance.proof.codes import CODES

LANGUAGES = ("en", "zh-CN")

_ENGLISH = {
    "by": "by {name}",
    "as": "as {roles}",
    "no role": "in no role that is shown",
    "at": "at {place}",
    "late": "reported {time} later",
    "named by": "named so by {name}",
    "days": "{count} days",
    "day": "{count} day",
    "hours": "{count} hours",
    "hour": "{count} hour",
    "minutes": "{count} minutes",
    "minute": "{count} minute",
    "containers": "said of {item}, which it travelled in",
    "lots": "said of {item}, its lot",
    "inputs": "said of {item}, which it was made from",
    "void": "declared an error later",
    "declares": "takes an earlier event back as an error",
    "error at": "error declared {time}",
    "did_not_occur": "it did not happen",
    "incorrect_data": "its data are wrong",
    "corrected": "corrected by {event}, which is shown",
    "announced": "correction {event} announced, not received",
    "no time": "time not given",
    "story": "The story of {item}",
    "nothing": "Nothing of its story is shown.",
    "lead": "{entries} by {parties}, {dates}.",
    "dates": "{start} to {stop}",
    "no dates": "without dates",
    "entries": "{count} entries",
    "entry": "{count} entry",
    "parties": "{count} parties",
    "party": "{count} party",
    "gap": "No entry for {count} days: {days}",
    "gap shown": "No entry shown for {count} days: {days}",
    "no story": "There is no story in this: only a bundle has one.",
    "unproven": "This is not proven. Do not rely on what follows.",
    "shown": "Concealed from others, shown by this:",
    "VERIFIED": "every check that was asked for passed",
    "FAILED": "the evidence contradicts the record",
    "INCOMPLETE": "something is missing, out of date or recalled: see below",
    "UNKNOWN": "it could not be checked",
    "recalled": "the record is valid, and it says that this was recalled",
    "stale": "the record is valid, but out of date",
    "never registered": "the ledger holds nothing about it",
    "notice": "notice",
    "rests on": (
        "{events} by {signers}, {origin} of size {size}, {time},"
        " {witnesses} witnesses"
    ),
    "events": "{count} events",
    "event": "{count} event",
    "signers": "{count} signers",
    "signer": "{count} signer",
    "not shown": (
        "Not shown by this: that the label is on the right thing, and that"
        " those who signed told the truth."
    ),
}

_CHINESE = {
    "by": "签署方：{name}",
    "as": "身份：{roles}",
    "no role": "未显示其身份授权",
    "at": "地点：{place}",
    "late": "{time}后才上报",
    "named by": "名称由 {name} 登记",
    "days": "{count} 天",
    "day": "{count} 天",
    "hours": "{count} 小时",
    "hour": "{count} 小时",
    "minutes": "{count} 分钟",
    "minute": "{count} 分钟",
    "containers": "记录于运输包装 {item}",
    "lots": "记录于所属批次 {item}",
    "inputs": "记录于原料 {item}",
    "void": "其后被声明为错误",
    "declares": "撤回先前的错误记录",
    "error at": "错误声明时间：{time}",
    "did_not_occur": "该事件并未发生",
    "incorrect_data": "数据有误",
    "corrected": "已由 {event} 更正（见本记录）",
    "announced": "更正 {event} 已预告，尚未收到",
    "no time": "未注明时间",
    "story": "{item} 的溯源记录",
    "nothing": "没有可显示的记录。",
    "lead": "共 {entries}，由 {parties}签署，{dates}。",
    "dates": "{start} 至 {stop}",
    "no dates": "未注明日期",
    "entries": "{count} 条记录",
    "entry": "{count} 条记录",
    "parties": "{count} 方",
    "party": "{count} 方",
    "gap": "{count} 天没有记录：{days}",
    "gap shown": "{count} 天内没有显示任何记录：{days}",
    "no story": "此文件不含溯源记录，只有 .provenance 证明文件才有。",
    "unproven": "以下内容未经证实，请勿采信。",
    "shown": "对他人保密、此处公开的内容：",
    "VERIFIED": "已核验：所要求的检查全部通过",
    "FAILED": "核验失败：证据与记录矛盾",
    "INCOMPLETE": "不完整：记录有缺失、已过期或商品被召回，详见下文",
    "UNKNOWN": "无法核验",
    "recalled": "记录有效，其中写明该商品已被召回",
    "stale": "记录有效，但已过期",
    "never registered": "账本中没有该商品的记录",
    "notice": "提示",
    "rests on": (
        "{events}，{signers}，账本 {origin} 共 {size} 条，截至 {time}，"
        "见证方 {witnesses}"
    ),
    "events": "{count} 个事件",
    "event": "{count} 个事件",
    "signers": "{count} 个签署方",
    "signer": "{count} 个签署方",
    "not shown": "核验不能证明：标签贴在正确的商品上，以及签署方所言属实。",
}

_WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "zh-CN": _CHINESE}

_ROLES_IN_CHINESE = {
    "producer": "生产商",
    "exporter": "出口商",
    "forwarder": "货运代理",
    "carrier": "承运人",
    "warehouse": "仓库",
    "customs": "海关",
    "inspector": "检验机构",
    "importer": "进口商",
    "platform": "电商平台",
    "payment provider": "支付机构",
    "courier": "快递",
    "retailer": "零售商",
    "auditor": "审计方",
}


def notice_text(code: str, detail: str, language: str) -> str:
    """Return what a notice says in *language*, its *detail* in English."""
    if language == "en" or code not in CODES:
        return detail
    return f"{CODES[code].sentence['zh'].removesuffix('。')} ({detail})"


def word(phrase: str, language: str, /, **values: str) -> str:
    """Return *phrase* in *language*, with its *values*."""
    return _WORDS[language][phrase].format(**values)


def counted(count: int, one: str, several: str, language: str, /) -> str:
    """Return so many of a thing, by its phrases for one and for several."""
    return word(one if count == 1 else several, language, count=f"{count}")


def role_word(role: str, language: str) -> str:
    """Return what *role* is called in *language*."""
    if language == "en":
        return role
    return _ROLES_IN_CHINESE.get(role, role)


def label(labels: Mapping[str, str], language: str) -> str:
    """Return the label of a step in *language*."""
    return labels["zh" if language == "zh-CN" else "en"]
