// @ts-check
// The registry of checks and codes. Written by `python -m tests.web.make_codes`
// from provenance/proof/codes.json; changed there, not here.
//
// Over 500 lines: there are as many codes as the registry has.

/**
 * One check of a verdict: the first two digits of its codes, and what people
 * call it.
 * @typedef {{number: number, title: {en: string, zh: string}}} CheckKind
 */

/**
 * What one code says: its check's id, "" where any may have it; what the check
 * comes to by it, "" where it is a notice alone; and a sentence for whoever
 * reads a verdict.
 * @typedef {object} Code
 * @property {string} check
 * @property {import("./verdict.js").Outcome | ""} outcome
 * @property {boolean} isNotice whether it may stand above a verdict
 * @property {{en: string, zh: string}} sentence
 */

/**
 * Id → check, in the order in which they run and verdicts list them.
 * @type {ReadonlyMap<string, CheckKind>}
 */
// prettier-ignore
export const CHECKS = new Map(
  Object.entries({
    "format": {
      number: 1,
      title: {
        en: "Form of the proof",
        zh: "证明的格式",
      },
    },
    "origin": {
      number: 2,
      title: {
        en: "Right item, right ledger",
        zh: "物品与账本相符",
      },
    },
    "log-signature": {
      number: 3,
      title: {
        en: "Ledger’s signature",
        zh: "账本的签名",
      },
    },
    "quorum": {
      number: 4,
      title: {
        en: "Witnesses",
        zh: "见证方",
      },
    },
    "book": {
      number: 15,
      title: {
        en: "Rules in force",
        zh: "适用的规则",
      },
    },
    "events": {
      number: 8,
      title: {
        en: "Form of the entries",
        zh: "记录的形式",
      },
    },
    "commitment": {
      number: 6,
      title: {
        en: "One list for everybody",
        zh: "统一的目录",
      },
    },
    "inclusion": {
      number: 7,
      title: {
        en: "Really in the ledger",
        zh: "确已入账",
      },
    },
    "freshness": {
      number: 5,
      title: {
        en: "Up to date",
        zh: "是否最新",
      },
    },
    "trails": {
      number: 9,
      title: {
        en: "Nothing left out",
        zh: "没有遗漏",
      },
    },
    "ledger-rules": {
      number: 16,
      title: {
        en: "What an honest ledger never takes",
        zh: "诚实账本不会收录的内容",
      },
    },
    "completeness": {
      number: 10,
      title: {
        en: "Whole story",
        zh: "来龙去脉完整",
      },
    },
    "signatures": {
      number: 11,
      title: {
        en: "Signatures",
        zh: "各方签名",
      },
    },
    "roles": {
      number: 12,
      title: {
        en: "Entitled to say so",
        zh: "签署资格",
      },
    },
    "demands": {
      number: 13,
      title: {
        en: "In order",
        zh: "先后顺序",
      },
    },
    "recalls": {
      number: 14,
      title: {
        en: "Recalls",
        zh: "召回",
      },
    },
  }),
);

/** @type {ReadonlyMap<string, Code>} */
// prettier-ignore
export const CODES = new Map(
  Object.entries(
    /** @type {Record<string, Code>} */ ({
      "PRV-0001": {
        check: "",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "Not checked, because an earlier check did not pass.",
          zh: "未核验，因为前面的核验没有通过。",
        },
      },
      "PRV-0100": {
        check: "format",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The proof came in its proper form.",
          zh: "证明文件的格式正确。",
        },
      },
      "PRV-0101": {
        check: "format",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "This is damaged, or no proof at all.",
          zh: "文件已损坏，或者根本不是证明文件。",
        },
      },
      "PRV-0200": {
        check: "origin",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "It is about this very item, from the ledger that is trusted here.",
          zh: "证明说的正是这件物品，来自这里信任的账本。",
        },
      },
      "PRV-0201": {
        check: "origin",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "It comes from another ledger, whose keys are not at hand.",
          zh: "证明来自另一个账本，这里没有它的密钥，无从核对。",
        },
      },
      "PRV-0202": {
        check: "origin",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "It is about a different item.",
          zh: "证明说的是另一件物品。",
        },
      },
      "PRV-0203": {
        check: "origin",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "It comes from the ledger that is trusted here. No item was named to compare it with.",
          zh: "证明来自这里信任的账本。没有指明物品，请自行与标签比对。",
        },
      },
      "PRV-0204": {
        check: "origin",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "What the label says agrees with the record.",
          zh: "标签上的信息与记录一致。",
        },
      },
      "PRV-0205": {
        check: "origin",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "The label says something else than the record: it may have been changed.",
          zh: "标签上的信息与记录不符：标签可能被更改过。",
        },
      },
      "PRV-0206": {
        check: "origin",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "The label says something that is not on record, so it was not compared.",
          zh: "标签上有一项信息在记录中没有，因此无法核对。",
        },
      },
      "PRV-0300": {
        check: "log-signature",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The ledger signed this state of its records.",
          zh: "账本为这份记录的状态签了名。",
        },
      },
      "PRV-0301": {
        check: "log-signature",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "The ledger’s signature is missing or wrong.",
          zh: "账本的签名缺失或有误。",
        },
      },
      "PRV-0400": {
        check: "quorum",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Enough independent witnesses were shown the same records.",
          zh: "有足够多的独立见证方看到了同样的记录。",
        },
      },
      "PRV-0401": {
        check: "quorum",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Too few witnesses confirm that they were shown the same records.",
          zh: "确认看到同样记录的见证方太少。",
        },
      },
      "PRV-0402": {
        check: "quorum",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "A witness’s signature is forged.",
          zh: "有见证方的签名是伪造的。",
        },
      },
      "PRV-0403": {
        check: "quorum",
        outcome: "VERIFIED",
        isNotice: true,
        sentence: {
          en: "No witnesses are asked for: the ledger alone vouches for itself.",
          zh: "未要求见证方：只有账本为自己作证。",
        },
      },
      "PRV-0500": {
        check: "freshness",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The record is recent enough.",
          zh: "记录足够新。",
        },
      },
      "PRV-0501": {
        check: "freshness",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "The record is out of date: a newer recall would not be seen.",
          zh: "记录已过期：之后若有召回，在这里看不到。",
        },
      },
      "PRV-0503": {
        check: "freshness",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "No limit is set: how old the record may be was not checked.",
          zh: "没有设定期限，因此没有核对记录的新旧。",
        },
      },
      "PRV-0504": {
        check: "freshness",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "This device’s clock and the record’s disagree, so how old the record is cannot be told. Look at this device’s clock first.",
          zh: "本设备的时钟与记录的时间对不上，无法判断记录的新旧。请先检查本设备的时钟。",
        },
      },
      "PRV-0505": {
        check: "freshness",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The record is recent enough, by the clock of the ledger’s operator.",
          zh: "按账本运营方自己的时钟，记录足够新。",
        },
      },
      "PRV-0506": {
        check: "freshness",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "The ledger’s clock runs ahead of its witnesses’ clocks.",
          zh: "账本的时钟比见证方的时钟快。",
        },
      },
      "PRV-0600": {
        check: "commitment",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The ledger bound itself to one list of all items’ entries.",
          zh: "账本对所有物品的记录承诺了唯一的目录。",
        },
      },
      "PRV-0601": {
        check: "commitment",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "The ledger is empty, and so bound itself to no list of entries.",
          zh: "账本是空的，没有对任何目录作出承诺。",
        },
      },
      "PRV-0700": {
        check: "inclusion",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Every entry shown is in the ledger, at its place.",
          zh: "所示的每条记录都在账本中，位置相符。",
        },
      },
      "PRV-0701": {
        check: "inclusion",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "Something here is not as the ledger has it: it was changed, or never logged.",
          zh: "这里有内容与账本不符：被改动过，或者从未入账。",
        },
      },
      "PRV-0702": {
        check: "inclusion",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "The ledger took an entry that breaks its own rules.",
          zh: "账本收录了违反自身规则的记录。",
        },
      },
      "PRV-0703": {
        check: "inclusion",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "An entry is of a kind that is not known here. Get the newest version.",
          zh: "无法识别某条记录的类型，请换用最新版本。",
        },
      },
      "PRV-0800": {
        check: "events",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Every entry has the form that it must have.",
          zh: "每条记录的形式都符合要求。",
        },
      },
      "PRV-0801": {
        check: "events",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry has a form that no honest ledger takes: it was changed, or the ledger broke its rules.",
          zh: "有一条记录不符合规定的形式，诚实的账本不会收录：它被改动过，或者账本违反了规则。",
        },
      },
      "PRV-0802": {
        check: "events",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "No entry is shown.",
          zh: "没有显示任何记录。",
        },
      },
      "PRV-0803": {
        check: "events",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "An entry uses a word that the rules at hand do not have.",
          zh: "一条记录使用了现有规则中没有的词。",
        },
      },
      "PRV-0900": {
        check: "trails",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Each item’s list is as the ledger has it, no warning left out.",
          zh: "每件物品的目录都与账本一致，没有遗漏任何警示。",
        },
      },
      "PRV-0901": {
        check: "trails",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry or a warning was left out, added or changed.",
          zh: "有记录或警示被遗漏、添加或改动。",
        },
      },
      "PRV-0903": {
        check: "trails",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The ledger’s list proves that it has no entry of this item.",
          zh: "账本的总目录证明：其中没有这件物品的记录。",
        },
      },
      "PRV-1000": {
        check: "completeness",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "All that the story leads to is here, or is said to be left out.",
          zh: "来龙去脉涉及的内容都在这里，略过的部分另有说明。",
        },
      },
      "PRV-1001": {
        check: "completeness",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Part of the story is missing.",
          zh: "来龙去脉缺了一部分。",
        },
      },
      "PRV-1002": {
        check: "completeness",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "Something here is no part of this item’s story.",
          zh: "这里混入了与该物品无关的内容。",
        },
      },
      "PRV-1003": {
        check: "completeness",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "The ledger proves that it has no record of this item.",
          zh: "账本证明：它没有这件物品的任何记录。",
        },
      },
      "PRV-1004": {
        check: "completeness",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "A related record is not shown; it was not asked for either.",
          zh: "有一项相关记录未显示，也未被要求显示。",
        },
      },
      "PRV-1005": {
        check: "completeness",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "All that was asked for is here. The story leads to more, which is not.",
          zh: "所要求的内容都在这里；来龙去脉还涉及其他内容，没有显示。",
        },
      },
      "PRV-1006": {
        check: "completeness",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "There are so many entries that some are left out here. None of them is a warning.",
          zh: "记录太多，这里略过了一部分，其中没有警示。",
        },
      },
      "PRV-1007": {
        check: "completeness",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "That nothing is left out is the word of the ledger’s operator: nobody else has checked it against the whole ledger.",
          zh: "有没有遗漏，只凭账本运营方的说法：除运营方外，没有人对照整个账本核查过。",
        },
      },
      "PRV-1008": {
        check: "completeness",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "Witnesses ensure that everyone is shown the same ledger. None of them has checked that nothing is left out.",
          zh: "见证方确保所有人看到的是同一个账本，但没有一方核查过其中有无遗漏。",
        },
      },
      "PRV-1100": {
        check: "signatures",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Every signature is valid.",
          zh: "每个签名都有效。",
        },
      },
      "PRV-1101": {
        check: "signatures",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "A signature is not valid.",
          zh: "有签名无效。",
        },
      },
      "PRV-1102": {
        check: "signatures",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry was signed with a key that did not count then.",
          zh: "有记录所用的签名密钥在当时并不有效。",
        },
      },
      "PRV-1103": {
        check: "signatures",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Whether a signer’s key counted cannot be told from what is here.",
          zh: "仅凭现有内容，无法判断某签署方的密钥是否有效。",
        },
      },
      "PRV-1104": {
        check: "signatures",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "The ledger took a registration that was not its signer’s to make.",
          zh: "账本收录了一项签署方无权作出的登记。",
        },
      },
      "PRV-1105": {
        check: "signatures",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "Ledger and trust file disagree about a signer; the trust file counts.",
          zh: "账本与信任文件对某签署方说法不一，以信任文件为准。",
        },
      },
      "PRV-1106": {
        check: "signatures",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Whether those who had to agree to a registration did so in time cannot be told from what is here.",
          zh: "有一项登记须经多方同意，仅凭现有内容，无法判断各方是否在期限内同意。",
        },
      },
      "PRV-1200": {
        check: "roles",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Everyone was entitled to say what they said.",
          zh: "各方都有资格作出所签署的记录。",
        },
      },
      "PRV-1201": {
        check: "roles",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "Somebody signed what they were not entitled to say.",
          zh: "有签署方作出了无权作出的记录。",
        },
      },
      "PRV-1202": {
        check: "roles",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "A signer’s permission was for a time only, and whether it held then cannot be told from what is here.",
          zh: "某签署方的资格有期限，仅凭现有内容，无法判断当时是否有效。",
        },
      },
      "PRV-1203": {
        check: "roles",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "Where an entry happened cannot be read, so nobody can tell who may sign it.",
          zh: "有一条记录的地点无法读取，因此无法判断谁有权签署。",
        },
      },
      "PRV-1204": {
        check: "roles",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Whether a signer was entitled cannot be told from what is here.",
          zh: "仅凭现有内容，无法判断某签署方是否有资格。",
        },
      },
      "PRV-1205": {
        check: "roles",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "No entry is shown for which anyone needs a permission.",
          zh: "没有显示任何需要资格的记录。",
        },
      },
      "PRV-1206": {
        check: "roles",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "The ledger’s clock ran ahead of its witnesses’, so whether a signer’s permission held then cannot be told.",
          zh: "账本的时钟比见证方的快，无法判断某签署方的资格当时是否有效。",
        },
      },
      "PRV-1300": {
        check: "demands",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Entries stand in the order that their signers demanded.",
          zh: "记录的先后符合签署方的要求。",
        },
      },
      "PRV-1301": {
        check: "demands",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry is not where its signer demanded it to be.",
          zh: "有一条记录不在签署方要求的位置上。",
        },
      },
      "PRV-1302": {
        check: "demands",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "No signer demanded a certain order.",
          zh: "没有签署方要求特定的先后。",
        },
      },
      "PRV-1303": {
        check: "demands",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "What came before an entry is not shown, so whether it is where its signer demanded cannot be told.",
          zh: "某条记录之前的内容没有显示，无法判断它的位置是否符合签署方的要求。",
        },
      },
      "PRV-1304": {
        check: "demands",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "An entry was to follow one of a record that is not shown, so whether it does was not checked.",
          zh: "签署方要求某条记录紧接另一条，而后者所在的轨迹没有显示，因此没有核对。",
        },
      },
      "PRV-1400": {
        check: "recalls",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Nothing in its story recalls it.",
          zh: "整个记录中没有召回。",
        },
      },
      "PRV-1401": {
        check: "recalls",
        outcome: "INCOMPLETE",
        isNotice: true,
        sentence: {
          en: "It, its lot, or something it was made from or travelled in was recalled.",
          zh: "该物品、其批次、原料或运输包装已被召回。",
        },
      },
      "PRV-1402": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "A signer took back one of these entries as an error.",
          zh: "签署方已撤回其中一条有误的记录。",
        },
      },
      "PRV-1403": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "A recall was withdrawn: it had been made by mistake.",
          zh: "此前的一次召回系误发，已经撤回。",
        },
      },
      "PRV-1404": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "One party disputes another’s entry, which still stands.",
          zh: "有一方对另一方的记录提出异议，原记录仍然有效。",
        },
      },
      "PRV-1405": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "A correction refers to an entry that is not on this record.",
          zh: "有一条更正所指的记录不在这里。",
        },
      },
      "PRV-1406": {
        check: "recalls",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "All that was ever said of this item was taken back as an error.",
          zh: "关于这件物品的所有记录都已作为错误撤回。",
        },
      },
      "PRV-1407": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "This number was given to a new thing more than once: two things may bear it.",
          zh: "这个编号不止一次被登记给新产生的物品：可能有两件物品使用同一编号。",
        },
      },
      "PRV-1408": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "Somebody warned of something in this story, such as a box that it was in, but of another time.",
          zh: "来龙去脉中的某件物品（例如它待过的包装）在其他时段曾有警示。",
        },
      },
      "PRV-1409": {
        check: "recalls",
        outcome: "INCOMPLETE",
        isNotice: false,
        sentence: {
          en: "Something in this story was recalled at a time that does not fit, or fits only if entries came late: it may concern this item.",
          zh: "来龙去脉中的某件物品曾被召回，时间上对不太上，但仍可能涉及这件物品。",
        },
      },
      "PRV-1410": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "Somebody warned of this item, of something it was made from, or of something that it was in at the time.",
          zh: "有人曾对这件物品、其原料或当时所在的包装发出警示。",
        },
      },
      "PRV-1411": {
        check: "recalls",
        outcome: "",
        isNotice: true,
        sentence: {
          en: "No entry that is shown says that this item was made.",
          zh: "所示记录中，没有一条说明这件物品从何而来。",
        },
      },
      "PRV-1500": {
        check: "book",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "The rules that were in force are at hand.",
          zh: "当时适用的规则均已具备。",
        },
      },
      "PRV-1501": {
        check: "book",
        outcome: "UNKNOWN",
        isNotice: false,
        sentence: {
          en: "The rules that were in force are not known here, so nothing can be judged by them.",
          zh: "这里没有当时适用的规则，因此无法据以判断。",
        },
      },
      "PRV-1600": {
        check: "ledger-rules",
        outcome: "VERIFIED",
        isNotice: false,
        sentence: {
          en: "Nothing that is shown is what an honest ledger never takes.",
          zh: "所示内容中，没有诚实账本不会收录的东西。",
        },
      },
      "PRV-1601": {
        check: "ledger-rules",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry stands in the ledger twice.",
          zh: "有一条记录重复入账。",
        },
      },
      "PRV-1602": {
        check: "ledger-rules",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "One id stands for a party and for a thing.",
          zh: "同一编号既指参与方，又指物品。",
        },
      },
      "PRV-1603": {
        check: "ledger-rules",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "A signer used one event number for two different entries.",
          zh: "有签署方把同一事件编号用于两条不同的记录。",
        },
      },
      "PRV-1604": {
        check: "ledger-rules",
        outcome: "FAILED",
        isNotice: false,
        sentence: {
          en: "An entry is dated later than the ledger took it in.",
          zh: "有一条记录的日期晚于其入账时间。",
        },
      },
    }),
  ),
);
