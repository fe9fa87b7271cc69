/** The syntax tree of the template library, as far as the evaluator reads it. */

export type Node =
  | { type: "Program"; body: Node[] }
  | { type: "If"; test: Node; body: Node[]; alternate: Node[] }
  | { type: "For"; loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] }
  | { type: "Set"; assignee: Node; value: Node | null; body: Node[] }
  | { type: "Break" }
  | { type: "Continue" }
  | { type: "Comment" }
  | MacroNode
  | { type: "CallStatement"; call: CallNode; callerArgs: Node[] | null; body: Node[] }
  | { type: "FilterStatement"; filter: FilterCall; body: Node[] }
  | IdentifierNode
  | { type: "IntegerLiteral"; value: number }
  | { type: "FloatLiteral"; value: number }
  | { type: "StringLiteral"; value: string }
  | { type: "ArrayLiteral"; value: Node[] }
  | TupleNode
  | { type: "ObjectLiteral"; value: Map<Node, Node> }
  | BinaryNode
  | { type: "UnaryExpression"; operator: { value: string }; argument: Node }
  | { type: "Ternary"; condition: Node; trueExpr: Node; falseExpr: Node }
  | { type: "SelectExpression"; lhs: Node; test: Node }
  | { type: "FilterExpression"; operand: Node; filter: FilterCall }
  | { type: "TestExpression"; operand: Node; negate: boolean; test: IdentifierNode }
  | MemberNode
  | CallNode
  | SliceNode
  | { type: "KeywordArgumentExpression"; key: IdentifierNode; value: Node }
  | { type: "SpreadExpression"; argument: Node }
  | { type: "KeywordSpreadExpression"; argument: Node };

export interface IdentifierNode {
  type: "Identifier";
  value: string;
}
export interface TupleNode {
  type: "TupleLiteral";
  value: Node[];
}
export interface BinaryNode {
  type: "BinaryExpression";
  operator: { value: string };
  left: Node;
  right: Node;
}
export interface MemberNode {
  type: "MemberExpression";
  object: Node;
  property: Node;
  computed: boolean;
}
export interface CallNode {
  type: "CallExpression";
  callee: Node;
  args: Node[];
}
export interface SliceNode {
  type: "SliceExpression";
  start?: Node;
  stop?: Node;
  step?: Node;
}
export interface MacroNode {
  type: "Macro";
  name: IdentifierNode;
  args: Node[];
  body: Node[];
}
export type FilterCall = IdentifierNode | CallNode;
