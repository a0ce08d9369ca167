import { csvLine } from './csv';

describe('a line of a CSV file', () => {
  it.each([
    [['a', 1, true, null, new Date(0)], 'a,1,true,,1970-01-01T00:00:00.000Z'],
    [['say "hi"', 'a,b', 'a\nb'], '"say ""hi""","a,b","a\nb"'],
    [['=1+1', '+14155550100', '-2', '@SUM(A1)'], "'=1+1,'+14155550100,'-2,'@SUM(A1)"],
    [['\t=1', '\r=1', '＝1'], "'\t=1,\"'\r=1\",'＝1"],
    [['=HYPERLINK("http://x","y")'], '"\'=HYPERLINK(""http://x"",""y"")"'],
    [[-5, 'a=b', ''], '-5,a=b,'],
    [['Zoë 日本'], 'Zoë 日本'],
  ])('of %j', (cells, line) => expect(csvLine(cells)).toBe(`${line}\r\n`));
});
