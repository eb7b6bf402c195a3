// @ts-check
// A rule book that comes with the program: provenance/rules/assessment-1.json, as
// `python -m tests.web.make_books` writes it here.

// prettier-ignore
export const ASSESSMENT_1 = {
 "format": "provenance/assessment-book/v1",
 "late_after": 86400000
};
