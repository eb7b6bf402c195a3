// @ts-check
// What the map says, in both languages. {…} is filled in.

export const WORDS = {
  en: {
    title: "Map of the places in this record",
    one: "{number}: {label}",
    about: "{number}: {label} (somewhere there)",
    apart: "; ",
    end: ".",
    route: "The dashed line is indicative: how it travelled is not recorded.",
    both: "Indicative: a dashed circle is the middle of a country, and how it travelled is not recorded.",
    somewhere: "A dashed circle is the middle of a country, not an address.",
    none: "No place in this record can be drawn.",
  },
  "zh-CN": {
    title: "此记录中各地点的地图",
    one: "{number}：{label}",
    about: "{number}：{label}（大致位置）",
    apart: "；",
    end: "。",
    route: "虚线仅为示意：实际运输路线未记录。",
    both: "仅为示意：虚线圆圈表示国家的中部，实际运输路线未记录。",
    somewhere: "虚线圆圈表示国家的中部，并非具体地址。",
    none: "此记录中没有可绘制的地点。",
  },
};

/**
 * Return the words of `language`, English where there are none.
 * @param {string} language
 */
export function wordsOf(language) {
  return language.toLowerCase().startsWith("zh") ? WORDS["zh-CN"] : WORDS.en;
}
