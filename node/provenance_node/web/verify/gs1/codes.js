// @ts-check
// Lists of codes that GS1 values refer to, kept by others. Mirrors
// provenance/gs1/codes.py, with the same lines.
//
//     country    ISO 3166-1, three digits or two letters
//     currency   ISO 4217, three digits
//     package    GS1 PackageTypeCode
//     medium     GS1 General Specifications, AI 7241
//
// A line gives the start that its codes share, then their ends, with `-` for
// none at all:
//
//     0 04 08 10     004 008 010

/** @param {string} text */
function codes(text) {
  return new Set(
    text
      .trim()
      .split("\n")
      .flatMap((line) => {
        const [start, ...ends] = line.split(" ");
        return ends.map((end) => start + end.replace("-", ""));
      }),
  );
}

/** ISO 3166-1, three digits. */
export const COUNTRY_NUMBERS = codes(`
0 04 08 10 12 16 20 24 28 31 32 36 40 44 48 50 51 52 56 60 64 68 70 72 74 76
0 84 86 90 92 96
1 00 04 08 12 16 20 24 32 36 40 44 48 52 56 58 62 66 70 74 75 78 80 84 88 91
1 92 96
2 03 04 08 12 14 18 22 26 31 32 33 34 38 39 42 46 48 50 54 58 60 62 66 68 70
2 75 76 88 92 96
3 00 04 08 12 16 20 24 28 32 34 36 40 44 48 52 56 60 64 68 72 76 80 84 88 92
3 98
4 00 04 08 10 14 17 18 22 26 28 30 34 38 40 42 46 50 54 58 62 66 70 74 78 80
4 84 92 96 98 99
5 00 04 08 12 16 20 24 28 31 33 34 35 40 48 54 58 62 66 70 74 78 80 81 83 84
5 85 86 91 98
6 00 04 08 12 16 20 24 26 30 34 38 42 43 46 52 54 59 60 62 63 66 70 74 78 82
6 86 88 90 94
7 02 03 04 05 06 10 16 24 28 29 32 40 44 48 52 56 60 62 64 68 72 76 80 84 88
7 92 95 96 98
8 00 04 07 18 26 31 32 33 34 40 50 54 58 60 62 76 82 87 94
`);

/** ISO 3166-1, two letters. */
export const COUNTRY_LETTERS = codes(`
A D E F G I L M O Q R S T U W X Z
B A B D E F G H I J L M N O Q R S T V W Y Z
C A C D F G H I K L M N O R U V W X Y Z
D E J K M O Z
E C E G H R S T
F I J K M O R
G A B D E F G H I L M N P Q R S T U W Y
H K M N R T U
I D E L M N O Q R S T
J E M O P
K E G H I M N P R W Y Z
L A B C I K R S T U V Y
M A C D E F G H K L M N O P Q R S T U V W X Y Z
N A C E F G I L O P R U Z
O M
P A E F G H K L M N R S T W Y
Q A
R E O S U W
S A B C D E G H I J K L M N O R S T V X Y Z
T C D F G H J K L M N O R T V W Z
U A G M S Y Z
V A C E G I N U
W F S
Y E T
Z A M W
`);

/** ISO 4217, three digits. */
export const CURRENCIES = codes(`
0 08 12 32 36 44 48 50 51 52 60 64 68 72 84 90 96
1 04 08 16 24 32 36 44 52 56 70 74 88 92
2 03 08 14 22 30 32 38 42 62 70 92
3 20 24 28 32 40 44 48 52 56 60 64 68 76 88 92 96 98
4 00 04 08 10 14 17 18 22 26 30 34 46 54 58 62 80 84 96 98
5 04 12 16 24 32 33 48 54 58 66 78 86 90 98
6 00 04 08 34 43 46 54 82 90
7 02 04 06 10 28 48 52 56 60 64 76 80 84 88
8 00 07 18 26 34 40 58 60 82 86
9 01 24 25 26 27 28 29 30 33 34 36 38 40 41 43 44 46 47 48 49 50 51 52 53 55
9 56 57 58 59 60 61 62 63 64 65 67 68 69 70 71 72 73 75 76 77 78 79 80 81 84
9 85 86 90 94 97 99
`);

/** What a logistic unit can be: a box, a drum, a pallet. */
export const PACKAGES = codes(`
1 A B D F G W
2 00 01 02 03 04 05 06 10 11 12 C
3 A H
4 3 4 A B C D F G H
5 H L M
6 H P
7 A B
8 - A B C
9 -
A A B C D F G H I J L M P PE T V
B 4 B C D E F G GE H I J K L M ME N O P Q R RI S T U V W X Y Z
C A B BL C CE D E F G H I J K L M N O P Q R S T U V W X Y Z
D A B C G H I J K L M N P PE R S T U V W X Y
E 1 2 3 C D E F G H I N
F B C D E I L O OB P PE R T W X
G B I L R U Y Z
H A B C G N R
I A B C D E F G H K L N Z
J B C G R T Y
K G I
L AB E G T U V Z
M A B C E PE R S T W X
N A E F G S T U V
O A B C D E F K PE T U
P 2 A AE B C D E F G H I J K L LP N O OP P PE R T U UE V X Y Z
Q A B C D F G H J K L M N P Q R S
R B1 B2 B3 CB D G J K L O T Z
S 1 A B C D E EC H I K L M O P S T TL U V W X Y Z
T 1 B C D E EV G HE I K L N O R RE S T TE U V W WE Y Z
U C N UE
V A G I K L N O P Q R S Y
W A B C D F G H J K L M N P Q R RP S T U V W X Y Z
X 11 12 15 16 17 18 19 20 3 A B C D F G H J K
Y A B C D F G H J K L M N P Q R S T V W X Y Z
Z A B C D F G H J K L M N P Q R S T U V W X Y Z
`);

/** What carries a code: a card, a wristband. */
export const MEDIA = codes(`
0 1 2 3 4 5 6 7 8 9
1 0
8 0 1 2 3 4 5 6 7 8 9
9 0 1 2 3 4 5 6 7 8 9
`);
