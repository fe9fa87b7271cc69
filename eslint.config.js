import tseslint from "typescript-eslint";

const bans = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: "Take the time from the injected clock (reactor.monotonic())." },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take the time from the injected clock." },
  { selector: "MemberExpression[object.name='performance'][property.name='now']", message: "Take the time from the injected clock." },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: "Use the seeded generator that the caller injects." },
  { selector: "MemberExpression[object.name='Promise'][property.name=/^(all|race|any|allSettled)$/]", message: "Every wait in the host is a reactor primitive, one at a time." },
  { selector: "CallExpression[callee.name=/^(setTimeout|setInterval)$/]", message: "Use a reactor timer." },
];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "coverage/**", "*.js", "*.cjs", "plugins-under-test/**/*.js"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrors: "none" }],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: ["host/**/*.ts", "sim-mcu/**/*.ts", "conformance/**/*.ts"],
    ignores: ["**/*.test.ts", "**/*.bench.ts"],
    rules: { "no-restricted-syntax": ["error", ...bans] },
  },
  { files: ["plugins-under-test/**/*.ts"], rules: { "@typescript-eslint/no-floating-promises": "off", "@typescript-eslint/no-misused-promises": "off" } },
);
