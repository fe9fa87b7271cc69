/**
 * Idioms of printer macros and what they come to. The expected texts are the answers of Jinja2 3 with Klipper's
 * delimiters, given the names below.
 */
import { describe, expect, it } from "vitest";
import { MathModule } from "./jinja-globals.js";
import { parseLiteral } from "./py-literal.js";
import type { Dict} from "./py-values.js";
import { PyError, Tuple, type Value } from "./py-values.js";
import { JinjaTemplate, TemplateSyntaxError } from "./template.js";

const NAMES = `{'printer': {
  'toolhead': {'position': (10.5, 20.0, 0.3, 5.25), 'max_velocity': 300.0, 'homed_axes': 'xy', 'axis_maximum': (235.0, 235.0, 250.0, 0.0), 'stalls': 0},
  'fan': {'speed': 0.5, 'rpm': None}, 'extruder': {'temperature': 204.87, 'target': 205.0, 'can_extrude': True},
  'heater_bed': {'target': 60.0, 'temperature': 59.9}, 'gcode_macro START': {'bed_temp': 60, 'names': ['a', 'b'], 'ratio': 1.25},
  'chamber my_sensor': {'temperature': 23.5, 'humidity': 44}, 'configfile': {'settings': {'printer': {'max_accel': 3000.0}}},
  'save_variables': {'variables': {'tool': 'extruder1', 'z_off': -0.125}}},
 'params': {'SPEED': '.2', 'TEMP': '210', 'LIST': 'a,b,c', 'MSG': 'Hello World', 'X': '1.5', 'N': '7', 'HEX': '0x1F', 'EMPTY': '', 'MAT': 'abs'},
 'rawparams': 'S5 P10'}`;

/** Idiom, template, text. */
const IDIOMS: [string, string, string][] = [
  ["a parameter as a percentage", "M117 Speed is { params.SPEED|float * 100 }%", "M117 Speed is 20.0%"],
  ["a default, then a conversion", "{% set bed = params.BED|default(45)|float %}M140 S{bed}", "M140 S45.0"],
  ["nested loops over numbers and pairs", "{% for pass in range(2) %}{% for at in [(250, 5),(200, 5)] %}\nG0 X{at[0]} Y{at[1] + 0.5 * pass} Z5 F9000{% endfor %}{% endfor %}", "\nG0 X250 Y5.0 Z5 F9000\nG0 X200 Y5.0 Z5 F9000\nG0 X250 Y5.5 Z5 F9000\nG0 X200 Y5.5 Z5 F9000"],
  ["arithmetic on a status", "M106 S{ printer.fan.speed * 0.8 * 255}", "M106 S102.0"],
  ["an object whose name has a space", "{% set it = printer[\"chamber my_sensor\"] %}T{it.temperature} H{it.humidity}", "T23.5 H44"],
  ["a variable of another macro", "M140 S{printer[\"gcode_macro START\"].bed_temp} {printer['gcode_macro START']['ratio'] * 2} {printer['gcode_macro START'].names[1]}", "M140 S60 2.5 b"],
  ["saved variables by a short name", "{% set svv = printer.save_variables.variables %}T={svv.tool} Z={svv.z_off + 0.1}", "T=extruder1 Z=-0.024999999999999994"],
  ["text formatted by percent", "{\"Nozzle: %.1f\" % printer.extruder.temperature} {\"%d of %d\" % (3, 4)}", "Nozzle: 204.9 3 of 4"],
  ["coordinates by axis", "G1 X{printer.toolhead.position.x} Z{printer.toolhead.position.z + 10}", "G1 X10.5 Z10.3"],
  ["coordinates as a whole", "{printer.toolhead.position} {printer.toolhead.position[:2]} {printer.toolhead.position|length}", "Coord(x=10.5, y=20.0, z=0.3, e=5.25) (10.5, 20.0) 4"],
  ["homing only when not homed", "{% if 'z' not in printer.toolhead.homed_axes %}G28 Z{% endif %}{% if printer.toolhead.homed_axes|lower != \"xyz\" %} G28{% endif %}", "G28 Z G28"],
  ["if, elif, else", "{% if params.MAT|upper in ['ABS', 'ASA'] %}enclosed{% elif params.MAT == 'x' %}x{% else %}open{% endif %}", "enclosed"],
  ["ints and floats apart", "{params.TEMP|int + 5} {params.TEMP|int / 2} {params.TEMP|int // 4} {params.TEMP|int % 4} {params.X|float * 2} {2 ** 3} {2 ** -1}", "215 105.0 52 2 3.0 8 0.5"],
  ["floats print with a point", "{1.0} {1e3} {1.5e-7} {0.1 + 0.2} {10 / 2} {1e16} {-0.0} {3.0 // 2}", "1.0 1000.0 1.5e-07 0.30000000000000004 5.0 1e+160.0 1.0"],
  ["signs in division", "{-7 // 2} {-7 % 3} {7 % -3} {-7.5 % 2}", "31 -21.5"],
  ["tests of numbers", "{params.N|int is odd} {8 is even} {params.N|int is divisibleby(7)} {params.N|int is divisibleby 3}", "True True True False"],
  ["split and loop variables", "{% for p in params.LIST.split(',') %}{loop.index}:{p}{% if not loop.last %}, {% endif %}{% endfor %}", "1:a, 2:b, 3:c"],
  ["items of a dict", "{% for k, v in {'b': 1, 'a': 2}.items() %}{k}={v} {% endfor %}{% for k, v in {'b': 1, 'a': 2}|dictsort %}{k}={v} {% endfor %}", "b=1 a=2 a=2 b=1 "],
  ["a namespace keeps what a loop sets", "{% set ns = namespace(total=0) %}{% for i in [1, 2, 3] %}{% set ns.total = ns.total + i %}{% endfor %}{ns.total}", "6"],
  ["a name set in a loop stays in it", "{% set total = 0 %}{% for i in [1, 2] %}{% set total = total + i %}{% endfor %}{total}", "0"],
  ["a name set in an if is seen behind it", "{% if true %}{% set x = 3 %}{% endif %}{x}", "3"],
  ["do calls without output", "{% set l = [] %}{% for i in range(3) %}{% do l.append(i * 2) %}{% endfor %}{l} {l|join('-')} {l|sum}", "[0, 2, 4] 0-2-4 6"],
  ["break and continue", "{% for i in range(10) %}{% if i == 3 %}{% continue %}{% endif %}{% if i > 5 %}{% break %}{% endif %}{i}{% endfor %}", "01245"],
  ["dict literals, nested", "{% set d = {'PLA': 200, 'ABS': {'t': 240}} %}{d.PLA} {d['ABS'].t} {d.get('PETG', 230)} {d}", "200 240 230 {'PLA': 200, 'ABS': {'t': 240}}"],
  ["braces inside an expression", "{ {'a': 1}['a'] } {'{}'} {\"}\"} {{'b': 2}.b}", "1 {} } 2"],
  ["slices", "{params.MSG[0:5]} {params.MSG[::-1]} {params.MSG[-3:]} {[1, 2, 3][1:]} {[1, 2, 3][:-1]} {(1, 2, 3)[::2]}", "Hello dlroW olleH rld [2, 3] [1, 2] (1, 3)"],
  ["text methods", "{params.MSG.lower()} {params.MSG.replace('World', 'All')} {' x '.strip()} {'a=b=c'.split('=', 1)} {','.join(['a', 'b'])} {'abc'.startswith('a')} {'5'.zfill(3)} {'x'.isdigit()}", "hello world Hello All x ['a', 'b=c'] a,b True 005 False"],
  ["text filters", "{params.MSG|upper} {params.MSG|replace('World', 'All')} {'ab cd'|title} {'Ab c'|capitalize} {' x '|trim} {'abc'|length} {'abc'|first}", "HELLO WORLD Hello All Ab Cd Ab c x 3 a"],
  ["is defined", "{% if params.S is defined %}a{% else %}b{% endif %}{% if params.TEMP is defined and params.TEMP|int > 200 %} hot{% endif %}", "b hot"],
  ["inline if", "{'yes' if printer.extruder.can_extrude else 'no'} [{5 if false}] {'a' if 0 else 'b' if 0 else 'c'}", "yes [] c"],
  ["none, true, false in both spellings", "{none} {None} {true} {True} {printer.fan.rpm is none} {printer.fan.rpm == None} {none or 5}", "None None True True True True 5"],
  ["least and largest", "{[1, 5, 3]|max} {[1, 5, 3]|min} {[printer.toolhead.position.z + 10, 250]|min} {[3, 1, 2]|sort|first} {[1, 2]|last}", "5 1 10.3 1 2"],
  ["rounding", "{3.14159|round(2)} {2.5|round} {3.5|round|int} {2.675|round(2)} {7.1|round(0, 'ceil')} {7.9|round(method='floor')|int} {5|round} {1234.5|round(-2)}", "3.14 2.0 4 2.67 8.0 7 5 1200.0"],
  ["formats of percent", "{\"%05.2f\" % 3.14159} {\"%s is %s\" % ('a', 1.0)} {\"%+d\" % 5} {\"%x\" % 255} {'%-5s|' % 'ab'} {'%(a)s' % {'a': 1}} {'%d' % 2.9} {'%g' % 1e10} {\"%.2f\"|format(2)} {'%s' % none}", "03.14 a is 1.0 +5 ff ab   | 1 2 1e+10 2.00 None"],
  ["formats of format", "{'{:.3f}'.format(1.23456)} {'{0}-{1}-{0}'.format('a', 2)} {'{:>6}|{:<6}|{:^6}'.format('a', 'b', 'c')} {'{:05d}'.format(42)} {'{x}'.format(x=3)} {'{:,.1f}'.format(12345.67)}", "1.235 a-2-a      a|b     |  c    00042 3 12,345.7"],
  ["joining with a tilde", "{'a' ~ 1 ~ 2.0} {'a' + 'b'} {'ab' * 2} {[1] + [2]}", "a12.0 ab abab [1, 2]"],
  ["chained and grouped comparisons", "{1 < 2 < 3} {1 < 3 < 2} {(1 < 3) == true} {1 == 1.0} {not 1} {3 not in (1, 2)} {'a' in {'a': 1}}", "True False True True False True True"],
  ["and, or, not", "{5 and 0} {0 or 'x'} {'' or []} {1 and 'a' or 'b'} {not (1 == 2)}", "0 x [] a True"],
  ["tuples", "{% set a, b = 1, 2 %}{a} {b} {(1,)} {()} {(1, 2)} {[(1, 2)]}{% for a, b in [(3, 4)] %} {a + b}{% endfor %}", "1 2 (1,) () (1, 2) [(1, 2)] 7"],
  ["a loop over nothing", "{% for x in [] %}x{% else %}none{% endfor %}", "none"],
  ["a loop with a condition", "{% for x in range(6) if x is even %}{x}{% endfor %} {range(1, 10, 3)|list} {5 in range(6)}", "024 [1, 4, 7] True"],
  ["loop helpers", "{% for i in [1, 2] %}{% for j in [1, 2] %}{loop.index0}{loop.revindex}{loop.first}{loop.length} {% endfor %}{% endfor %}", "02True2 11False2 02True2 11False2 "],
  ["template macros", "{% macro move(x, y=5) %}G1 X{x} Y{y}{% endmacro %}{move(1)} {move(2, y=7)}", "G1 X1 Y5 G1 X2 Y7"],
  ["a template macro with a body", "{% macro wrap() %}<{caller()}>{% endmacro %}{% call wrap() %}in{% endcall %}", "<in>"],
  ["missing names are empty", "[{nothing}] [{params.NOPE}] {nothing|default('d')} {params.EMPTY|default('e', true)} {nothing.a.b|default('deep') if false else 'x'}", "[] [] d e x"],
  ["a default keeps none and empty", "{% set x = none %}{x|default('d')} {x|default('d', true)} [{''|default('z')}]", "None d []"],
  ["conversion of text", "{'abc'|float} {'abc'|int} {'12.7'|int} {params.HEX|int(0, 16)} {12.7|int} {true|int} {' 5 '|int} {'1e3'|float} {none|int} {'x'|int(-1)}", "0.0 0 12 31 12 1 5 1000.0 0 -1"],
  ["comments", "{# not { seen } #}x{#- nor this -#} y", "xy"],
  ["white space control", "a {%- if true %} b {%- endif -%}  c", "a bc"],
  ["raw text", "{% raw %}{ as it is }{% endraw %}", "{ as it is }"],
  ["a block of text by set", "{% set x %}block {1 + 1}{% endset %}[{x}]", "[block 2]"],
  ["map, select and their kin", "{['1', '2']|map('int')|sum} {[{'n': 2}, {'n': 1}]|sort(attribute='n')|map(attribute='n')|list} {[1, 2, 3, 4]|select('odd')|list} {[1, 2, 3, 4]|reject('gt', 2)|list} {[{'n': 1, 'v': true}, {'n': 2, 'v': false}]|selectattr('v')|map(attribute='n')|join(',')}", "3 [1, 2] [1, 3] [1, 2] 1"],
  ["lists by filters", "{['a', 'B', 'c']|sort} {[1, 1, 2]|unique|list} {[1, 2, 3]|reverse|list} {[1, 2, 3, 4, 5]|batch(2)|list} {[3, 1]|map('string')|join(' ')}", "['a', 'B', 'c'] [1, 2] [3, 2, 1] [[1, 2], [3, 4], [5]] 3 1"],
  ["list methods", "{% set x = [1, 2, 3] %}{x.index(2)} {x.pop()} {x} {x.insert(0, 9)} {x} {x.extend([4])} {x.count(9)}", "1 3 [1, 2] None [9, 1, 2] None 1"],
  ["dict methods", "{% set _ = params.update({'A': '1'}) %}{params.A} {params.pop('A')} {params.A is defined} {params.get('NOPE', 4)} {'TEMP' in params} {(params.keys()|list)[0]}", "1 1 False 4 True SPEED"],
  ["the module math", "{math.floor(2.7)} {math.sqrt(16)} {math.pi|round(4)} {math.ceil(2.1)} {math.hypot(3, 4)} {math.atan2(1, 1)|round(3)}", "2 4.0 3.1416 3 5.0 0.785"],
  ["raw parameters", "{rawparams} {rawparams.split(' ')[0][1:]|int}", "S5 P10 5"],
  ["settings of the configuration", "{printer.configfile.settings.printer.max_accel|int} {printer.configfile.settings.printer.max_accel / 2}", "3000 1500.0"],
  ["magnitude", "{(printer.extruder.target - printer.extruder.temperature)|abs < 1} {-3|abs} { 5 -1 } { -1 }", "True3 4 -1"],
  ["JSON", "{[1, [2]]|tojson} {{'b': none, 'a': 1.0}|tojson}", "[1, [2]] {\"a\": 1.0, \"b\": null}"],
  ["groups", "{% for t, all in [{'t': 1, 'n': 'a'}, {'t': 2, 'n': 'b'}, {'t': 1, 'n': 'c'}]|groupby('t') %}{t}:{all|map(attribute='n')|join} {% endfor %}", "1:ac 2:b "],
  ["lines of a text", "{% for line in 'a\\nb'.splitlines() %}[{line}]{% endfor %}", "[a][b]"],
  ["tests of types", "{1 is number} {1.0 is float} {1.0 is integer} {'a' is string} {[] is iterable} {{} is mapping} {x is undefined} {1 is not none} {2 is gt 1} {1 is in [1, 2]}", "True True False True True True True True True True"],
  ["tags without spaces", "{%set x=1%}{%if x==1%}ok{%endif%}{%for i in range(2)%}{i}{%endfor%}", "ok01"],
  ["no text from a statement line", "A\n{% set x = 1 %}\nB\n", "A\n\nB"],
];

/** Mistake, template, error of rendering. */
const ERRORS: [string, string, string][] = [
  ["a member of a missing name", "{nothing.foo}", "jinja2.exceptions.UndefinedError: 'nothing' is undefined"],
  ["a missing parameter as a number", "{params.NOPE|float}", "jinja2.exceptions.UndefinedError: 'dict object' has no attribute 'NOPE'"],
  ["a missing parameter in a sum", "{params.NOPE + 1}", "jinja2.exceptions.UndefinedError: 'dict object' has no attribute 'NOPE'"],
  ["a member of an unknown object", "{printer.nope.x}", "jinja2.exceptions.UndefinedError: 'dict object' has no attribute 'nope'"],
  ["text and a number", "{1 + 'a'}", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"],
  ["number and text", "{'a' + 1}", "TypeError: can only concatenate str (not \"int\") to str"],
  ["division by zero", "{1/0}", "ZeroDivisionError: division by zero"],
  ["a call of a missing name", "{nope()}", "jinja2.exceptions.UndefinedError: 'nope' is undefined"],
  ["an unknown method", "{'x'.nope()}", "jinja2.exceptions.UndefinedError: 'str object' has no attribute 'nope'"],
  ["an order of text and number", "{'a' < 1}", "TypeError: '<' not supported between instances of 'str' and 'int'"],
  ["too few arguments of a format", "{'%s %s' % 1}", "TypeError: not enough arguments for format string"],
  ["text as %d", "{'%d' % 'a'}", "TypeError: %d format: a real number is required, not str"],
  ["a number over the end of a list is empty, its member is not", "{[1][5].x}", "jinja2.exceptions.UndefinedError: list object has no element 5"],
];

/** Mistake, template, line and message of compiling. */
const SYNTAX: [string, string, string][] = [
  ["an expression without its end", "G1 X{ 1 + }", "1: unexpected 'end of print statement'"],
  ["an open block", "{% if 1 %}x", "1: Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'."],
  ["an end without its block", "a\n{% endif %}", "2: Encountered unknown tag 'endif'."],
  ["the wrong end", "{% for x in [1] %}\n{% endif %}", "2: Encountered unknown tag 'endif'. Jinja was looking for the following tags: 'endfor' or 'else'. The innermost block that needs to be closed is 'for'."],
  ["an unknown tag", "{% foo %}", "1: Encountered unknown tag 'foo'."],
  ["an unknown filter", "\n{1|nofilter}", "2: No filter named 'nofilter'."],
  ["an open string", "{ 'abc }", "1: unexpected char \"'\" at 2"],
  ["an open parenthesis", "{ (1 }", "1: unexpected '}', expected ')'"],
];

function names(): Map<string, Value> {
  const all = parseLiteral(NAMES) as Dict;
  const toolhead = (all.get("printer") as Dict).get("toolhead") as Dict;
  toolhead.set("position", new Tuple((toolhead.get("position") as Tuple).items, "Coord", ["x", "y", "z", "e"]));
  all.set("math", new MathModule());
  return new Map(all.items().map(({ items: [name, value] }) => [name as string, value!]));
}

const render = (template: string): string => new JinjaTemplate(template).render(names());

function failureOf(template: string): string {
  try {
    return `no error: ${render(template)}`;
  } catch (error) {
    if (error instanceof PyError) return `${error.type}: ${error.message}`;
    if (error instanceof TemplateSyntaxError) return `${error.line}: ${error.message}`;
    throw error;
  }
}

describe("a macro's text", () => {
  it.each(IDIOMS)("with %s", (_idiom, template, text) => {
    expect(render(template)).toBe(text);
  });

  it("is the same at every rendering", () => {
    const template = new JinjaTemplate("{% do params.update({'X': 9}) %}{params.X}");
    expect([template.render(names()), template.render(names())]).toEqual(["9", "9"]);
  });
});

describe("a macro's error", () => {
  it.each(ERRORS)("for %s", (_mistake, template, message) => {
    expect(failureOf(template)).toBe(message);
  });

  it.each(SYNTAX)("before it runs, for %s", (_mistake, template, message) => {
    expect(failureOf(template)).toBe(message);
  });
});
