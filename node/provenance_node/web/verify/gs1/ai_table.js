// @ts-check
// What may follow each Application Identifier: the table of
// provenance/gs1/ai_table.py without titles and needs, which naming a thing
// does not ask for. tests/web/scan_agree.py compares the two.
//
//     N6:day0 : 11= 12= 13=         six digits, a date; predefined length
//     X1-20 ! 235 : 21-             1 to 20 characters; bars AI 235; no
//     ^value  ^bars ^AIs            attribute of a link
//
// After an AI, `=` says that its length is predefined, so that no FNC1 ends
// it, and `-` that it cannot stand in the query of a Digital Link. `394[0-3]`
// are four AIs; in bars `n` stands for any digit. Parts of a value are
// explained in the Python table. A line that is indented goes on.

export const TABLE = `
N18:digit:owner1 : 00=
N14:digit:owner1 ! 255 37 : 01=
N14:digit:owner1 ! 01 03 : 02=
N14:digit:owner1 ! 01 02 37 235 : 03=-
X1-20 : 10 22- 243 254- 4318 7020 7021 7022 710 711 712 713 714 715 716 717
  8002 8012
N6:day0 : 11= 12= 13= 15= 16= 17=
N2 : 20=
X1-20 ! 235 : 21-
X1-28 : 235-
X1-30 : 240 241 250 251 400 403 4308 4319 7002 90
N1-6 : 242
N13:digit:owner0 X0-17 : 253
N13:digit:owner0 N0-12 ! 01 02 415 8006 8020 8026 : 255
N1-8 : 30 37
N1-15 ! 390n 391n 394n 8111 : 390[0-9]
N3:currency N1-15 ! 391n : 391[0-9]
N1-15 ! 392n 393n : 392[0-9]
N3:currency N1-15 ! 393n : 393[0-9]
N4 ! 394n 8111 : 394[0-3]
N6 ! 392n 393n 395n 8005 : 395[0-5]
X1-30:owner0 : 401 7023 8004
N17:digit:owner0 : 402
N13:digit:owner0 : 410= 411= 412= 413= 414= 415= 416= 417=
X1-20 ! 421 : 420
N3:country X1-9 ! 4307 : 421
N3:country ! 426 : 422 424
N3:country 4?N3:country ! 426 : 423 425
N3:country : 426
X1-3 : 427 7008
X1-35:percent : 4300 4301 4310 4311 4320
X1-70:percent : 4302 4303 4304 4305 4306 4312 4313 4314 4315 4316 7257
X2:country2 : 4307 4317
N10:latitude N10:longitude : 4309
N1:flag : 4321 4322 4323
N6:day0 N4:clock : 4324 4325
N6:day : 4326 7006
N6 ?X1:hyphen ! 4331 : 4330
N6 ?X1:hyphen ! 4330 : 4331
N6 ?X1:hyphen ! 4333 : 4332
N6 ?X1:hyphen ! 4332 : 4333
N13 : 7001
N6:day N4:clock : 7003
N1-4 : 7004
X1-12 : 7005
N6:day ?N6:day : 7007
X1-10 : 7009
X1-2 : 7010
N6:day ?N4:clock : 7011
N3:country9 X1-27 : 703[0-9]
N1 X1 X1 X1:importer : 7040-
X1-4:package : 7041-
X2 X1-28 : 723[0-9]
X1-20 ! 03 : 7240
N2:medium : 7241
X1-25 : 7242 8020-
N8:date ! 7251 : 7250
N8:date N4:clock ! 7250 : 7251
N1:sex : 7252
X1-40:percent ! 7256 7259 : 7253 7254
X1-10 ! 7256 7259 : 7255
X1-90:percent : 7256
X3:sequence : 7258
X1-40:percent ! 7256 : 7259
N4:nonzero N5:nonzero N3:nonzero N1:winding N1 : 8001
N1:zero N13:digit:owner0 X0-16 : 8003
N6 : 8005
N14:digit:owner1 N4:piece ! 01 03 37 : 8006
X1-34:iban : 8007
N6:day N2:hour ?N2:minute ?N2:second : 8008
X1-50 : 8009
Y1-30:owner0 : 8010
N1-12:unpadded : 8011-
X1-25:pair:owner0 : 8013
X1-25:pair:owner0:letter : 8014-
N18:digit:owner0 ! 8018 : 8017
N18:digit:owner0 ! 8017 : 8018
N1-10 : 8019-
N14:digit:owner1 N4:piece ! 02 03 8006 : 8026
Z1-90 : 8030
N15 : 8040- 8041-
N32 : 8042-
N18 N0-2 : 8043-
X1-70:coupon : 8110
N4 : 8111
X1-70:offer : 8112
X1-70 : 8200-
X1-90 : 9[1-9]
`;

/**
 * Measures: six digits whose decimals the AI's last digit counts (0 to 5), of
 * predefined length, and never beside another of their kind. The first three
 * digits of the first of them, and how many count up from there.
 * @type {[number, number][]}
 */
export const MEASURES = [
  [310, 7],
  [320, 10],
  [330, 8],
  [340, 10],
  [350, 8],
  [360, 10],
];
