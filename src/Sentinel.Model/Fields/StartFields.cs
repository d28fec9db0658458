using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>What a process is, and where and with what it starts.</summary>
internal static class StartFields
{
    public static readonly SpecField[] All =
    [
        new("name", FieldShape.Text, "name", "Name for the process [default: the program's name]")
        {
            Get = spec => [spec.Name],
            Set = (spec, value) => spec with { Name = Name(value) ?? spec.Name },
            IsRequired = true,
            IsOption = false,
            IsAtOnce = SpecField.Always,
        },
        new("command", FieldShape.Text, "command", "Command line to run, as one argument")
        {
            Get = spec => [spec.Command.Text],
            Set = (spec, value) => value.Text is { } line ? spec with { Command = Command.From([line]) } : spec,
            IsRequired = true,
            IsOption = false,
            IsOfRun = false,
        },
        new("cwd", FieldShape.Text, "dir", "Folder to run it in [default: this one]")
        {
            Get = spec => [spec.WorkingDirectory],
            Set = (spec, value) => value.Filled("a folder") is { } folder ? spec with { WorkingDirectory = value.Asker.FolderOf(folder) } : spec,
            IsRequired = true,
        },
        new("env", FieldShape.Texts, "NAME=value", "Set an environment variable; ${port:web} in its value is the port of web (repeatable)")
        {
            Alias = "-e",
            Get = spec => spec.Variables.Bytes.IsEmpty ? [] : [.. spec.Variables.Entries().Select(entry => NativeText.Of(entry.Span))],
            Set = (spec, value) => spec with
            {
                Variables = value.Texts.Select(Variable.Parse).Aggregate(
                    value.IsGiven ? spec.Variables : EnvironmentBlock.Empty, (block, variable) => block.With(variable.Name, variable.Value)),
            },
            IsOption = false,
        },
        new("env-file", FieldShape.Texts, "file", "Read variables from this file (.env) whenever a process starts (repeatable; the last file wins)")
        {
            Get = spec => spec.EnvironmentFiles,
            Set = (spec, value) => spec with { EnvironmentFiles = [.. value.Texts.Select(file => value.Asker.FileOf(NotEmpty(file)))] },
        },
        new("secret", FieldShape.Texts, "NAME=file:path", "Set a variable whose value it fetches at each start and that is kept and shown nowhere: from a file, or "
            + "from what a command prints, NAME=cmd:command (repeatable)")
        {
            Get = spec => FieldTexts.Of(spec.Secrets),
            Set = (spec, value) => spec with { Secrets = value.AddedTo(spec.Secrets, text => Secret.Parse(text, value.Asker.FileOf), secret => secret.Name) },
        },
        new("before", FieldShape.Text, "command", "Run this command line before each start, with its variables and its logs; it starts only if that succeeds")
        {
            Get = spec => FieldTexts.Of(spec.Before),
            Set = (spec, value) => spec with { Before = value.Filled("a command line") is { } line ? Command.From([line]).Text : null },
        },
        new("port", FieldShape.Texts, "port[=VARIABLE]",
            "Lease a port for as long as the process is registered, and pass its number in VARIABLE: http (a name; any free port), 3000, http:3000, "
            + $"3000+ (that one or the next that is free) [default: {PortRequest.DefaultVariable}] (repeatable)")
        {
            Get = spec => FieldTexts.Of(spec.Ports),
            Set = (spec, value) => spec with { Ports = Distinct(value.AddedTo(spec.Ports, PortRequest.Parse, port => port.Name, "give each port a name: --port http:3000")) },
        },
        new("url", FieldShape.Text, "url", "Where people reach it, as lists show it; the variables of its ports are replaced: http://localhost:$PORT/")
        {
            Get = spec => FieldTexts.Of(spec.Url),
            Set = (spec, value) => spec with { Url = value.Text is { } url ? Probe.Http(url).Target : null },
            IsAtOnce = SpecField.Always,
        },
        new("stdin", FieldShape.Text, "null|open", "What it reads: null, /dev/null; open, a pipe that stays open and that 'send' writes to [default: null]")
        {
            Get = spec => FieldTexts.Of(spec.Input == StandardInput.Open ? Open : null),
            Set = (spec, value) => value.Text switch
            {
                Open => spec with { Input = StandardInput.Open },
                null or Null => spec.Input == StandardInput.Open ? spec with { Input = StandardInput.Null } : spec,
                var other => throw new FormatException($"--stdin takes null or open, not '{other}'"),
            },
            Words = [Null, Open],
            Choice = "input",
        },
        new("tty", FieldShape.Flag, "", "Run it on a pseudo-terminal, which 'attach' connects to; both streams go to the log of stdout")
        {
            Get = spec => FieldTexts.Of(spec.Input == StandardInput.Terminal),
            Set = (spec, value) => value.Flag ? spec with { Input = StandardInput.Terminal }
                : spec.Input == StandardInput.Terminal ? spec with { Input = StandardInput.Null } : spec,
            Choice = "input",
        },
        new("group", FieldShape.Text, "name", "Group to add it to")
        {
            Get = spec => FieldTexts.Of(spec.Group),
            Set = (spec, value) => spec with { Group = Name(value) },
        },
    ];

    private const string Null = "null", Open = "open";

    private static string? Name(FieldValue value) => value.Text is { } name && !ProcessName.IsValid(name)
        ? throw new FormatException($"'{name}' cannot be a name: {ProcessName.Rule}")
        : value.Text;

    private static string NotEmpty(string file) => file.Length > 0 ? file : throw new FormatException("--env-file takes a file, not ''");

    private static IReadOnlyList<PortRequest> Distinct(IReadOnlyList<PortRequest> ports)
    {
        foreach (var same in ports.GroupBy(port => port.Variable).Where(same => same.Count() > 1))
            throw new FormatException(
                $"{string.Join(" and ", same.Select(port => port.Name))} would both be passed in {same.Key}; "
                + $"choose another variable with --port {same.Last() with { Variable = "VARIABLE" }}");
        return ports;
    }
}
