import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HtmlToMarkdown } from '#tools/html-to-markdown.ts';

function convert(html: string, { limit = 95_000, piece = html.length } = {}) {
  const page = new HtmlToMarkdown({ base: 'https://example.com/docs/start', limit });
  for (let at = 0; at < html.length; at += piece) page.write(html.slice(at, at + piece));
  return { ...page.finish(), isFull: page.isFull };
}

const cases: readonly { readonly name: string; readonly html: string; readonly expected: string }[] = [
  {
    name: 'paragraphs, with their white space folded',
    html: '<p>One\n  two&nbsp;three</p>\n<p> four <b>five</b>. </p>',
    expected: 'One two three\n\nfour five.',
  },
  { name: 'paragraphs that nobody closes', html: '<p>One<p>Two<div>Three', expected: 'One\n\nTwo\n\nThree' },
  {
    name: 'headings',
    html: '<h1>A</h1>text<h3> B <br> <span>C</span></h3><h6></h6>',
    expected: '# A\n\ntext\n\n### B C',
  },
  { name: 'entities', html: 'a &lt;b&gt; &amp; &eacute; &#x1F600; &nope;', expected: 'a <b> & é 😀 &nope;' },
  { name: 'line breaks', html: 'a<br>b<br><br>c', expected: 'a\nb\n\nc' },
  {
    name: 'links, absolute',
    html: 'See <a href="guide?x=(1)#top">the <b>guide</b> </a>and <a href="//other.example/">that</a>.',
    expected:
      'See [the guide](https://example.com/docs/guide?x=%281%29#top) and [that](https://other.example/).',
  },
  {
    name: 'links that lead nowhere',
    html: '<a href="#part">a</a> <a href="javascript:go()">b</a> <a name="x">c</a> <a href="/x"></a>d <a href="http://[">e</a>',
    expected: 'a b c d e',
  },
  {
    name: 'a base for links',
    html: '<base href="/other/"><a href="x">a</a>',
    expected: '[a](https://example.com/other/x)',
  },
  {
    name: 'a card as a link',
    html: '<a href="/x"><h3>Title</h3><p>Text</p><img src="i" alt="Cat"></a>',
    expected: '[Title Text [image: Cat]](https://example.com/x)',
  },
  {
    name: 'a large card as a link',
    html: `<a href="/x"><p>${'word '.repeat(70)}</p></a>`,
    expected: `${'word '.repeat(70).trim()}\n(https://example.com/x)`,
  },
  {
    name: 'lists within lists',
    html: '<p>Do:</p><ul><li>a<li>b<ol start="3"><li>c</li><li><p>d</p><p>e</p></li></ol></li><li></li></ul><p>End</p>',
    expected: 'Do:\n\n- a\n- b\n  3. c\n\n  4. d\n\n     e\n\nEnd',
  },
  {
    name: 'a quote',
    html: '<blockquote><p>a</p><p>b<br>c</p></blockquote>d',
    expected: '> a\n>\n> b\n> c\n\nd',
  },
  {
    name: 'code in a line',
    html: 'Call <code>run( )</code>, <kbd>Tab</kbd>, <code>a`b</code><code></code>.',
    expected: 'Call `run( )`, `Tab`, `` a`b ``.',
  },
  {
    name: 'code in a block',
    html: '<pre><code class="hljs language-ts">\nif (a &lt; b) {\n  <i>go</i>();\n}\n</code></pre>',
    expected: '```ts\nif (a < b) {\n  go();\n}\n```',
  },
  {
    name: 'code with fences, and with lines of its own',
    html: '<ul><li>x<pre><div>a</div><div>```</div>b<br>c</pre></ul>',
    expected: '- x\n\n  ````\n  a\n  ```\n  b\n  c\n  ````',
  },
  {
    name: 'a table',
    html: '<table><caption>T</caption><tr><th>A<th>B<tr><td>1|2<td><a href="/x">x</a><tr><td><td>3<br>4</table>z',
    expected: 'T\n\n| A | B |\n| --- | --- |\n| 1\\|2 | [x](https://example.com/x) |\n|  | 3 4 |\n\nz',
  },
  {
    name: 'a table for the layout',
    html: '<table><tr><td><h2>A</h2><p>b</p></td><td><table><tr><td>1<td>2<tr><td>3<td>4</table></td></tr></table>',
    expected: '## A\n\nb\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |',
  },
  { name: 'cells without a table', html: '<td>a</td><td>b</td>', expected: 'a\nb' },
  {
    name: 'images',
    html: 'a <img src="x" alt=" A cat "> b <img src="y"><img alt="">',
    expected: 'a [image: A cat] b',
  },
  { name: 'a rule', html: 'a<hr>b', expected: 'a\n\n---\n\nb' },
  {
    name: 'terms, figures and the like',
    html: '<dl><dt>T<dd>D</dl><figure><img alt="P"><figcaption>F</figcaption></figure>',
    expected: 'T\nD\n\n[image: P]\nF',
  },
  {
    name: 'only what a reader sees',
    html: '<style>a{}</style><script>"</b>"</script><noscript>n</noscript><nav>n<p>m</nav><svg><title>t</title><text>u</text></svg><template>v</template>a<footer>f</footer><!-- c --><button>b</button><select><option>o</select><iframe>i</iframe>',
    expected: 'a',
  },
  {
    name: 'nothing that is hidden',
    html: '<p hidden>1</p><p style="color: red; DISPLAY : none">2<b>3</b></p><p aria-hidden="true">4</p><p style="visibility:hidden">5</p><p aria-hidden="false">6</p>',
    expected: '6',
  },
  {
    name: 'forms but for their controls',
    html: '<form>a<label>b</label><input value="c">d</form>',
    expected: 'ad',
  },
];

test.each(cases)('$name', ({ html, expected }) => {
  expect(convert(html).text).toBe(expected);
});

test.each([
  ['<title> A &amp; \n B </title><h1>C</h1>', 'A & B'],
  ['<title></title><h1>C</h1>', ''],
  ['<h1>C</h1>', ''],
  ['<title>A</title><title>B</title>', 'A'],
  ['<svg><title>A</title></svg><title>B</title>', 'B'],
  [`<title>${'x'.repeat(300)}</title>`, 'x'.repeat(200)],
])('the title of %s', (html, expected) => {
  expect(convert(html).title).toBe(expected);
});

test('it does not matter in which pieces a page comes', () => {
  const html = `<title>T</title>${cases.map((each) => each.html).join('<hr>')}`;
  const whole = convert(html);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (piece) => {
      expect(convert(html, { piece })).toEqual(whole);
    }),
  );
});

test('a limit cuts, at any place', () => {
  const html = cases.map((each) => each.html).join('<hr>');
  const whole = convert(html);
  expect(whole.isFull).toBe(false);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: whole.text.length - 1 }), (limit) => {
      const cut = convert(html, { limit });
      expect(cut.isFull).toBe(true);
      expect(cut.text.length).toBeLessThanOrEqual(limit);
    }),
  );
});

const tags = [
  'p',
  'ul',
  'li',
  'table',
  'tr',
  'td',
  'a href=x',
  'pre',
  'code',
  'blockquote',
  'h2',
  'svg',
  'title',
  'nav',
];
const soup = fc.array(
  fc.oneof(
    fc.constantFrom(...tags).map((tag) => `<${tag}>`),
    fc.constantFrom(...tags).map((tag) => `</${tag.split(' ')[0]}>`),
    fc.constantFrom('<br>', '<p/>', '<', '&', '<!--', '-->', '<img alt="x', '">', ' '),
    fc.string(),
  ),
);

test('no soup of tags breaks it', () => {
  fc.assert(
    fc.property(soup, (pieces) => {
      expect(typeof convert(pieces.join('')).text).toBe('string');
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['deep', '<b>'.repeat(1_000_000)],
  ['closed for nothing', '<i>'.repeat(500) + '</b>'.repeat(1_000_000)],
  ['tables in tables', '<table><tr><td>'.repeat(120) + 'x '.repeat(1_000_000)],
  ['a wide table', `<table><tr>${'<td>'.repeat(500_000)}${'<tr><td>'.repeat(50_000)}`],
  ['links in headings', '<h1><a href=x><b>'.repeat(150) + 'x '.repeat(1_000_000)],
  ['empty links', '<a href=/x></a>'.repeat(300_000)],
  ['one attribute', `<p title="${'x'.repeat(5_000_000)}">`],
  ['backticks', `<pre>${'`'.repeat(5_000_000)}`],
  ['white space', `<p>x${' \n'.repeat(2_500_000)}y`],
])('5 MB of a malicious page take no more than moments: %s', (_, html) => {
  const start = performance.now();
  convert(html, { piece: 65_536 });
  expect(performance.now() - start).toBeLessThan(5_000);
});
