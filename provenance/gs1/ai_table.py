"""The table of Application Identifiers: what may follow each one.

It holds what the GS1 General Specifications say (section 3), as GS1's Syntax
Dictionary publishes it for machines. One line is one AI, or a few that differ
in their last digit:

    17=   USE BY or EXPIRY | N6:day0 | 01 02 03 255 8006 8026
    21-   SERIAL | X1-20 | 01 03 8006 | 235
    310*  NET WEIGHT (kg) | 01 02
    421   SHIP TO POST | N3:country X1-9 | | 4307
    ^AI   ^title           ^value          ^needs ^bars

After the AI, `=` says that its length is predefined, so that no FNC1 ends it,
and `-` that it cannot stand in the query of a Digital Link. `*` is a measure:
six digits whose decimals the AI's last digit counts (0 to 5), of predefined
length, and never beside another of its kind. `394[0-3]` are four AIs; a number
after `# ` in their title counts up with them.

The value is made of parts. `N` are digits, `X` any of 82 characters, `Y` any
of 39, `Z` base64url; then the length, `6` or `1-20`; then checks by the names
of `provenance.gs1.checks`. A part may be left out if the value is at its end
before it: `?N4`, up to four times `4?N3`, or `X0-17` for none to 17.

Needs are alternatives, one of which must be there: `01+21` is both of them.
Bars are AIs that must not be there. In both, `n` stands for any digit. Which
AIs are keys, and what qualifies them, `provenance.gs1.identifier` knows.
"""

PARTNERS = {
    "trade": "01 02 03 8006 8026",
    "serialised": (
        "00 01+21 03+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"
    ),
}
"""Names for needs that are said often, or long."""

TABLE = """
00=       SSCC | N18:digit:owner1
01=       GTIN | N14:digit:owner1 | | 255 37
02=       CONTENT | N14:digit:owner1 | 37 | 01 03
03=-      MTO GTIN | N14:digit:owner1 | | 01 02 37 235
10        BATCH/LOT | X1-20 | trade
11=       PROD DATE | N6:day0 | trade
12=       DUE DATE | N6:day0 | 8020
13=       PACK DATE | N6:day0 | trade
15=       BEST BEFORE or BEST BY | N6:day0 | trade
16=       SELL BY | N6:day0 | trade
17=       USE BY or EXPIRY | N6:day0 | 01 02 03 255 8006 8026
20=       VARIANT | N2 | trade
21-       SERIAL | X1-20 | 01 03 8006 | 235
22-       CPV | X1-20 | 01
235-      TPX | X1-28 | 01
240       ADDITIONAL ID | X1-30 | trade
241       CUST. PART No. | X1-30 | trade
242       MTO VARIANT | N1-6 | 01 02 8006 8026
243       PCN | X1-20 | 01 03
250       SECONDARY SERIAL | X1-30 | 01+21 03+21 8006+21
251       REF. TO SOURCE | X1-30 | 01 03 8006
253       GDTI | N13:digit:owner0 X0-17
254-      GLN EXTENSION COMPONENT | X1-20 | 414
255       GCN | N13:digit:owner0 N0-12 | | 01 02 415 8006 8020 8026
30        VAR. COUNT | N1-8 | 01 02
310*      NET WEIGHT (kg) | 01 02
311*      LENGTH (m) | 01 02
312*      WIDTH (m) | 01 02
313*      HEIGHT (m) | 01 02
314*      AREA (m²) | 01 02
315*      NET VOLUME (l) | 01 02
316*      NET VOLUME (m³) | 01 02
320*      NET WEIGHT (lb) | 01 02
321*      LENGTH (in) | 01 02
322*      LENGTH (ft) | 01 02
323*      LENGTH (yd) | 01 02
324*      WIDTH (in) | 01 02
325*      WIDTH (ft) | 01 02
326*      WIDTH (yd) | 01 02
327*      HEIGHT (in) | 01 02
328*      HEIGHT (ft) | 01 02
329*      HEIGHT (yd) | 01 02
330*      GROSS WEIGHT (kg) | 00 01
331*      LENGTH (m), log | 00 01
332*      WIDTH (m), log | 00 01
333*      HEIGHT (m), log | 00 01
334*      AREA (m²), log | 00 01
335*      VOLUME (l), log | 00 01
336*      VOLUME (m³), log | 00 01
337*      KG PER m² | 01
340*      GROSS WEIGHT (lb) | 00 01
341*      LENGTH (in), log | 00 01
342*      LENGTH (ft), log | 00 01
343*      LENGTH (yd), log | 00 01
344*      WIDTH (in), log | 00 01
345*      WIDTH (ft), log | 00 01
346*      WIDTH (yd), log | 00 01
347*      HEIGHT (in), log | 00 01
348*      HEIGHT (ft), log | 00 01
349*      HEIGHT (yd), log | 00 01
350*      AREA (in²) | 01 02
351*      AREA (ft²) | 01 02
352*      AREA (yd²) | 01 02
353*      AREA (in²), log | 00 01
354*      AREA (ft²), log | 00 01
355*      AREA (yd²), log | 00 01
356*      NET WEIGHT (tr oz) | 01 02
357*      NET VOLUME (oz) | 01 02
360*      NET VOLUME (qt (US)) | 01 02
361*      NET VOLUME (gal.) | 01 02
362*      VOLUME (qt (US)), log | 00 01
363*      VOLUME (gal (US)), log | 00 01
364*      NET VOLUME (in³) | 01 02
365*      NET VOLUME (ft³) | 01 02
366*      NET VOLUME (yd³) | 01 02
367*      VOLUME (in³), log | 00 01
368*      VOLUME (ft³), log | 00 01
369*      VOLUME (yd³), log | 00 01
37        COUNT | N1-8 | 00+02 00+8026
390[0-9]  AMOUNT | N1-15 | 255 8020 | 390n 391n 394n 8111
391[0-9]  AMOUNT | N3:currency N1-15 | 8020 | 391n
392[0-9]  PRICE | N1-15 | 01+30 01+31nn 01+32nn 01+35nn 01+36nn | 392n 393n
393[0-9]  PRICE | N3:currency N1-15 | 30 31nn 32nn 35nn 36nn | 393n
394[0-3]  PRCNT OFF | N4 | 255 | 394n 8111
395[0-5]  PRICE/UoM | N6 | 30 31nn 32nn 35nn 36nn | 392n 393n 395n 8005
400       ORDER NUMBER | X1-30
401       GINC | X1-30:owner0
402       GSIN | N17:digit:owner0
403       ROUTE | X1-30 | 00
410=      SHIP TO LOC | N13:digit:owner0
411=      BILL TO | N13:digit:owner0
412=      PURCHASE FROM | N13:digit:owner0
413=      SHIP FOR LOC | N13:digit:owner0
414=      LOC No. | N13:digit:owner0
415=      PAY TO | N13:digit:owner0 | 8020
416=      PROD/SERV LOC | N13:digit:owner0
417=      PARTY | N13:digit:owner0
420       SHIP TO POST | X1-20 | | 421
421       SHIP TO POST | N3:country X1-9 | | 4307
422       ORIGIN | N3:country | trade | 426
423       COUNTRY - INITIAL PROCESS | N3:country 4?N3:country | 01 02 03 | 426
424       COUNTRY - PROCESS | N3:country | 01 02 03 | 426
425       COUNTRY - DISASSEMBLY | N3:country 4?N3:country | 01 02 03 | 426
426       COUNTRY - FULL PROCESS | N3:country | 01 02 03
427       ORIGIN SUBDIVISION | X1-3 | 01+422 02+422 03+422
4300      SHIP TO COMP | X1-35:percent | 00
4301      SHIP TO NAME | X1-35:percent | 00
4302      SHIP TO ADD1 | X1-70:percent | 00
4303      SHIP TO ADD2 | X1-70:percent | 4302
4304      SHIP TO SUB | X1-70:percent | 00
4305      SHIP TO LOC | X1-70:percent | 00
4306      SHIP TO REG | X1-70:percent | 00
4307      SHIP TO COUNTRY | X2:country2 | 00
4308      SHIP TO PHONE | X1-30 | 00
4309      SHIP TO GEO | N10:latitude N10:longitude | 00
4310      RTN TO COMP | X1-35:percent | 00
4311      RTN TO NAME | X1-35:percent | 00
4312      RTN TO ADD1 | X1-70:percent | 00
4313      RTN TO ADD2 | X1-70:percent | 4312
4314      RTN TO SUB | X1-70:percent | 00
4315      RTN TO LOC | X1-70:percent | 00
4316      RTN TO REG | X1-70:percent | 00
4317      RTN TO COUNTRY | X2:country2 | 00
4318      RTN TO POST | X1-20 | 00
4319      RTN TO PHONE | X1-30 | 00
4320      SRV DESCRIPTION | X1-35:percent | 00
4321      DANGEROUS GOODS | N1:flag | 00
4322      AUTH TO LEAVE | N1:flag | 00
4323      SIG REQUIRED | N1:flag | 00
4324      NOT BEF DEL DT | N6:day0 N4:clock | 00
4325      NOT AFT DEL DT | N6:day0 N4:clock | 00
4326      REL DATE | N6:day | 00
4330      MAX TEMP F. | N6 ?X1:hyphen | 00 | 4331
4331      MAX TEMP C. | N6 ?X1:hyphen | 00 | 4330
4332      MIN TEMP F. | N6 ?X1:hyphen | 00 | 4333
4333      MIN TEMP C. | N6 ?X1:hyphen | 00 | 4332
7001      NSN | N13 | 01 02 8006 8026
7002      MEAT CUT | X1-30 | 01 02
7003      EXPIRY TIME | N6:day N4:clock | 01 02 03
7004      ACTIVE POTENCY | N1-4 | 01+10 03+10
7005      CATCH AREA | X1-12 | 01 02
7006      FIRST FREEZE DATE | N6:day | 01 02
7007      HARVEST DATE | N6:day ?N6:day | 01 02
7008      AQUATIC SPECIES | X1-3 | 01 02
7009      FISHING GEAR TYPE | X1-10 | 01 02
7010      PROD METHOD | X1-2 | 01 02 03
7011      TEST BY DATE | N6:day ?N4:clock | 01 02 03
7020      REFURB LOT | X1-20 | 01+416 03+416 8006+416
7021      FUNC STAT | X1-20 | 01 03 8006
7022      REV STAT | X1-20 | 01+7021 03+7021 8006+7021
7023      GIAI - ASSEMBLY | X1-30:owner0
703[0-9]  PROCESSOR # 0 | N3:country9 X1-27 | 01 02
7040-     UIC+EXT | N1 X1 X1 X1:importer
7041-     UFRGT UNIT TYPE | X1-4:package | 00
710       NHRN PZN | X1-20 | 01
711       NHRN CIP | X1-20 | 01
712       NHRN CN | X1-20 | 01
713       NHRN DRN | X1-20 | 01
714       NHRN AIM | X1-20 | 01
715       NHRN NDC | X1-20 | 01
716       NHRN AIC | X1-20 | 01
717       NHRN SRN | X1-20 | 01
723[0-9]  CERT # 1 | X2 X1-28 | 01 8004
7240      PROTOCOL | X1-20 | 01 8006 | 03
7241      AIDC MEDIA TYPE | N2:medium | 8017 8018
7242      VCN | X1-25 | 8017 8018
7250      DOB | N8:date | 8018 | 7251
7251      DOB TIME | N8:date N4:clock | 8018 | 7250
7252      BIO SEX | N1:sex | 8018
7253      FAMILY NAME | X1-40:percent | 8017 8018 | 7256 7259
7254      GIVEN NAME | X1-40:percent | 8017 8018 | 7256 7259
7255      SUFFIX | X1-10 | 8017 8018 | 7256 7259
7256      FULL NAME | X1-90:percent | 8017 8018
7257      PERSON ADDR | X1-70:percent | 8018
7258      BIRTH SEQUENCE | X3:sequence | 8018+7259
7259      BABY | X1-40:percent | 8018 | 7256
8001      DIMENSIONS | N4:nonzero N5:nonzero N3:nonzero N1:winding N1 | 01
8002      CMT No. | X1-20
8003      GRAI | N1:zero N13:digit:owner0 X0-16
8004      GIAI | X1-30:owner0
8005      PRICE PER UNIT | N6 | 01 02
8006      ITIP | N14:digit:owner1 N4:piece | | 01 03 37
8007      IBAN | X1-34:iban | 415
8008      PROD TIME | N6:day N2:hour ?N2:minute ?N2:second | 01 02 03
8009      OPTSEN | X1-50 | 00 01 03
8010      CPID | Y1-30:owner0
8011-     CPID SERIAL | N1-12:unpadded | 8010
8012      VERSION | X1-20 | 01 03 8006
8013      GMN | X1-25:pair:owner0
8014-     MUDI | X1-25:pair:owner0:letter | 01
8017      GSRN - PROVIDER | N18:digit:owner0 | | 8018
8018      GSRN - RECIPIENT | N18:digit:owner0 | | 8017
8019-     SRIN | N1-10 | 8017 8018
8020-     REF No. | X1-25 | 415
8026      ITIP CONTENT | N14:digit:owner1 N4:piece | 37 | 02 03 8006
8030      DIGSIG | Z1-90 | serialised
8040-     IMEI | N15 | 01+21
8041-     IMEI2 | N15 | 01+21+8040
8042-     ESIM | N32 | 01+21+8040
8043-     PSIM | N18 N0-2 | 01+21+8040
8110      COUPON | X1-70:coupon
8111      POINTS | N4 | 255
8112      COUPON OFFER | X1-70:offer
8200-     PRODUCT URL | X1-70 | 01
90        INTERNAL | X1-30
9[1-9]    INTERNAL | X1-90
"""
