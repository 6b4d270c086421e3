// Python literals as NumPy writes them in headers: dicts, lists, tuples, strings, whole numbers, True, False, None.
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

/** Parses one literal; `refuse` is called with what is wrong and must throw. Tuples and lists are arrays. */
export function parsePythonLiteral(text: string, refuse: (message: string) => never): PythonLiteral {
  let at = 0;
  const skip = () => {
    while (at < text.length && /\s/.test(text[at])) at++;
  };
  const items = (close: string): PythonLiteral[] => {
    const list: PythonLiteral[] = [];
    for (skip(); text[at] !== close; skip()) {
      list.push(value());
      skip();
      if (text[at] === ',') at++;
      else if (text[at] !== close) refuse(`"${close}" is missing at ${at}`);
    }
    at++;
    return list;
  };
  const value = (): PythonLiteral => {
    skip();
    const char = text[at];
    if (char === '(' || char === '[') {
      at++;
      return items(char === '(' ? ')' : ']');
    }
    if (char === '{') {
      at++;
      const map = new Map<string, PythonLiteral>();
      for (skip(); text[at] !== '}'; skip()) {
        const key = value();
        skip();
        if (text[at++] !== ':') refuse(`":" is missing at ${at - 1}`);
        map.set(String(key), value());
        skip();
        if (text[at] === ',') at++;
        else if (text[at] !== '}') refuse(`"}" is missing at ${at}`);
      }
      at++;
      return map;
    }
    if (char === "'" || char === '"') {
      const close = text.indexOf(char, at + 1);
      if (close < 0) refuse('a string does not end');
      const string = text.slice(at + 1, close);
      at = close + 1;
      return string;
    }
    const word = /^(-?\d+|True|False|None)L?/.exec(text.slice(at, at + 24));
    if (!word) return refuse(`something unexpected at ${at}`);
    at += word[0].length;
    return word[1] === 'True' ? true : word[1] === 'False' ? false : word[1] === 'None' ? null : Number(word[1]);
  };
  return value();
}
