using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>What pm2 makes of script, args and interpreter.</summary>
internal static class Pm2Command
{
    /// <summary>A word alone is a command line; none: there is no script.</summary>
    public static IReadOnlyList<string> Words(Keys keys)
    {
        if ((keys.Take("script") ?? keys.Take("cmd")) is not { } script || script.Text() is not { Length: > 0 } text)
            return [];
        var arguments = Arguments(keys.Take("args"));
        var before = Arguments(keys.Take("node_args")).Concat(Arguments(keys.Take("interpreter_args"))).ToList();
        var interpreter = (keys.Take("interpreter") ?? keys.Take("exec_interpreter"))?.Text();
        interpreter = interpreter switch
        {
            null => Usual(text),
            "none" or "" => null,
            _ => interpreter,
        };
        if (interpreter is not null)
            return [interpreter, .. before, text, .. arguments];
        // A command line, as in 'npm run start'.
        var line = text.Any(char.IsWhiteSpace) ? text : ShellWords.Quote(text);
        return arguments.Count > 0 ? [$"{line} {Imports.Words.Quoted(arguments)}"] : [line];
    }

    private static string? Usual(string script) => script.Any(char.IsWhiteSpace) ? null : Path.GetExtension(script) switch
    {
        ".js" or ".cjs" or ".mjs" => "node",
        ".ts" or ".tsx" => "bun",
        ".py" => "python3",
        ".sh" => "bash",
        ".rb" => "ruby",
        ".pl" => "perl",
        ".php" => "php",
        _ => null,
    };

    private static IReadOnlyList<string> Arguments(Value? value)
    {
        if (value is null)
            return [];
        if (value.IsList)
            return value.Texts();
        if (value.Text() is not { } line)
            return [];
        if (Imports.Words.Split(line) is { } words)
            return words;
        value.Tell("it has a quote that is not closed");
        return [];
    }
}
