using System.Text.RegularExpressions;

namespace Sentinel.Core.Imports;

/// <summary>The <c>.vscode/launch.json</c> of a folder: its configurations that start a program.</summary>
internal static partial class VsCodeLaunch
{
    private const string OfEditor = "only an editor does this";

    // The folder that is open, for as long as paths are put together; the file is in .vscode below it.
    private const string Root = "/\u0001";

    private static readonly Dictionary<string, string> Whys = new()
    {
        ["compounds"] = "'up' starts all of a file, and 'up NAME' one with what it needs",
        ["inputs"] = OfEditor,
    };

    private static readonly string[] OfDebugger =
    [
        "console", "presentation", "skipFiles", "outFiles", "justMyCode", "stopAtEntry", "stopOnEntry", "sourceMaps", "smartStep",
        "internalConsoleOptions", "serverReadyAction", "autoAttachChildProcesses", "resolveSourceMapLocations", "logging", "sourceFileMap",
        "requireExactSource", "debugServer", "subProcess", "django", "flask", "jinja", "redirectOutput", "showReturnValue", "timeout", "trace",
        "restart", "port", "protocol", "hideFromUser",
    ];

    private static readonly Dictionary<string, string> ConfigurationWhys = OfDebugger.ToDictionary(key => key, _ => OfEditor);

    public static void Map(Source source)
    {
        var file = source.Keys(LiteralReader.Read(source.Path, source.Text), Whys);
        file.Ignore("version");
        foreach (var value in file.Take("configurations")?.Items ?? [])
            if (value.Keys(ConfigurationWhys) is { } configuration && Why(configuration) is var why)
            {
                if (why is not null)
                {
                    value.Tell(why);
                    configuration.IgnoreRest();
                }
                else
                {
                    Add(source, value, configuration);
                }
            }
    }

    // Null: it starts a program.
    private static string? Why(Keys configuration) =>
        configuration.Text("request") == "attach" ? "it starts nothing, but attaches a debugger"
        : Words(configuration, _ => "") is null ? $"how to start something of the type {configuration.Text("type")} is not known here"
        : null;

    private static void Add(Source source, Value at, Keys configuration)
    {
        var folder = configuration.Take("cwd")?.Text();
        var root = folder is null ? Root : Filled(folder);
        var draft = source.Drafts.Add(configuration.Text("name") is { Length: > 0 } name ? name : "process", at);
        var texts = new List<string>();
        var words = Words(configuration, text =>
        {
            texts.Add(text);
            return Relative(text, root);
        })!;
        if (words is [var line])
            draft.Run(at, line);
        else
            draft.RunExactly(at, words, null);
        draft.Give(at, "cwd", Relative(root, $"{Root}/.vscode"));
        foreach (var (variable, value) in configuration.Take("env")?.Keys()?.All() ?? [])
            if (!value.IsNull && value.Text() is { } text)
            {
                texts.Add(text);
                draft.Variable(value, variable, FromEnvironment().Replace(Relative(text, root).Replace("${", @"\${"), "$${${name}}"));
            }

        if (configuration.Take("envFile") is { } file && file.Text() is { } path)
        {
            texts.Add(path);
            draft.Give(file, "env-file", Relative(path, $"{Root}/.vscode"));
        }

        foreach (var key in (string[])["preLaunchTask", "postDebugTask"])
            if (configuration.Take(key) is { } task)
                task.Tell("tasks are not read; give its command to before");
        foreach (var text in texts.Append(folder ?? "").Where(text => Unknown().IsMatch(text)))
            at.Tell($"'{text}' holds what only an editor knows");
    }

    /// <summary>A word alone is a command line; null: nobody knows how it is started.</summary>
    private static IReadOnlyList<string>? Words(Keys configuration, Func<string, string> filled)
    {
        string? One(string key) => configuration.Take(key)?.Text() is { } text ? filled(text) : null;
        string[] Many(string key) => configuration.Take(key) is not { } value ? []
            : [.. (value.IsList ? value.Texts() : Imports.Words.Split(value.Text() ?? "") ?? []).Select(filled)];
        if (configuration.Text("type") == "node-terminal" && One("command") is { } command)
            return [command];
        var type = configuration.Text("type");
        var program = One("program");
        switch (type)
        {
            case "node" or "pwa-node" or "bun" when One("runtimeExecutable") is { } runtime:
                return [runtime, .. Many("runtimeArgs"), .. program is null ? (string[])[] : [program], .. Many("args")];
            case "node" or "pwa-node" when program is not null:
                return ["node", .. Many("runtimeArgs"), program, .. Many("args")];
            case "python" or "debugpy" when One("module") is { } module:
                return [One("python") ?? "python3", "-m", module, .. Many("args")];
            case "python" or "debugpy" when program is not null:
                return [One("python") ?? "python3", program, .. Many("args")];
            case "coreclr" or "clr" when program is not null:
                return program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program, .. Many("args")] : [program, .. Many("args")];
            case "go" when program is not null:
                return ["go", "run", program, .. Many("args")];
            case "cppdbg" or "lldb" or "gdb" when program is not null:
                return [program, .. Many("args")];
            default:
                return null;
        }
    }

    private static string Filled(string text) => Folder().Replace(text, Root);

    private static string Relative(string text, string root)
    {
        var filled = Filled(text);
        if (filled == root)
            return ".";
        if (filled.StartsWith(Root, StringComparison.Ordinal) && !filled.Contains(' '))
            return Path.GetRelativePath(root.StartsWith('/') ? root : $"{Root}/{root}", filled);
        return filled.Replace(Root, root == Root ? "." : "..");
    }

    [GeneratedRegex(@"\$\{workspace(?:Folder|Root)\}")]
    private static partial Regex Folder();

    [GeneratedRegex(@"\\\$\{env:(?<name>[A-Za-z_]\w*)\}")]
    private static partial Regex FromEnvironment();

    [GeneratedRegex(@"\$\{(?!workspace(?:Folder|Root)\}|env:)[A-Za-z]+(?::[^}]*)?\}")]
    private static partial Regex Unknown();
}
