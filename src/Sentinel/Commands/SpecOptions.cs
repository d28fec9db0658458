using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Sentinel.Linux.Proc;
using Sentinel.Model.Fields;
using Sentinel.Model.Processes;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>The settings of a process as options of a command, as <see cref="SpecFields"/> lists them.</summary>
internal sealed class SpecOptions(IEnumerable<SpecField> fields)
{
    /// <summary>
    /// What takes the value of a flag that may have one: the word after it may be the command, and <see cref="RunWords"/> tells whether it is a value.
    /// </summary>
    public static string RuleOption(string flag) => $"{flag}-rule";

    /// <summary>The flags that may have a value.</summary>
    public static readonly string[] Ruled = [.. SpecFields.All.Where(field => field.Shape == FieldShape.FlagOrText).Select(field => $"--{field.Key}")];

    /// <summary>Has every setting at its default.</summary>
    public static readonly ProcessSpec Blank = new()
    {
        Name = "a",
        Command = new Model.Specs.Command(["a"], "a", Shell: false),
        WorkingDirectory = "/",
        Environment = "",
        Umask = 0,
    };

    private readonly List<(SpecField Field, Option[] Options)> _options = [.. fields.Select(field => (field, OptionsOf(field)))];

    /// <summary>The variables that a process or a group is to have.</summary>
    public static SpecOptions Environment() => new([SpecFields.Find("env")!, SpecFields.Find("env-file")!]);

    /// <summary>How long a process may live.</summary>
    public static SpecOptions Leases() => new([SpecFields.Find("ttl")!, SpecFields.Find("until")!, SpecFields.Find("session")!]);

    /// <param name="isNew">Whether nothing was set earlier that options could belong to.</param>
    public void AddTo(System.CommandLine.Command command, bool isNew = true)
    {
        foreach (var option in _options.SelectMany(entry => entry.Options))
            command.Options.Add(option);
        CheckIn(command, isNew);
    }

    private void CheckIn(System.CommandLine.Command command, bool isNew) => command.Check(result =>
        SpecFields.Give(
            isNew ? Blank : Blank with { Restart = RestartRule.Always, RestartLimit = new RestartLimit(0, default), Health = HealthCheck.By(Probe.Notify), Watch = new WatchRule() },
            Given(result),
            new Asker(DateTimeOffset.UnixEpoch, path => path, path => path, pid => new Owner(new ProcessIdentity(NotOwn(pid), 0, ""), ""))));

    /// <summary>A spec with what is given here.</summary>
    /// <exception cref="FormatException">It cannot be; the message says why.</exception>
    public ProcessSpec In(ParseResult result, ProcessSpec spec, Asker asker) => SpecFields.Give(spec, Given(result.CommandResult), asker);

    public bool IsAnyIn(CommandResult result) => _options.Exists(entry => IsIn(result, entry.Options));

    public bool Has(CommandResult result, string key) => IsIn(result, _options.Find(entry => entry.Field.Key == key).Options);

    private static bool IsIn(CommandResult result, Option[] options) => Array.Exists(options, option => result.GetResult(option) is { Implicit: false });

    /// <summary>The user, at this moment.</summary>
    /// <param name="ancestry">Finds the process that has a pid.</param>
    public static Asker AskerOf(Ancestry ancestry) => new(
        DateTimeOffset.UtcNow,
        LastingPath.OfFolder,
        file => Caller.Absolute(file) is var path && LastingPath.IsPassing(path)
            ? throw new IOException($"--env-file {file} is open in this command only, and could not be read at the next start; give the file by its name")
            : path,
        pid => ancestry.Find(NotOwn(pid)) ?? throw new FormatException($"there is no process with the pid {pid}, which --until names"));

    private static int NotOwn(int pid) => pid != System.Environment.ProcessId ? pid
        : throw new FormatException($"--until {pid} is this command itself: the shell has replaced itself with it, as it does for its last command; use $PPID");

    private Dictionary<SpecField, IReadOnlyList<string>> Given(CommandResult result)
    {
        var given = new Dictionary<SpecField, IReadOnlyList<string>>();
        foreach (var (field, options) in _options)
            if (options.Select(option => ValuesIn(result, option, field)).LastOrDefault(values => values.Count > 0) is { } values)
                given[field] = values;
        return given;
    }

    private static IReadOnlyList<string> ValuesIn(CommandResult result, Option option, SpecField field) =>
        result.GetResult(option) is not { Implicit: false } ? [] : option switch
        {
            Option<bool> => [field.Bare],
            Option<string[]> many => result.GetValue(many)!,
            _ => [result.GetValue((Option<string?>)option)!],
        };

    // What can be known of them.
    private static IEnumerable<string> ValuesOf(SpecField field) => field.Key switch
    {
        "group" => SharedOptions.Groups(),
        "session" => SharedOptions.Sessions(),
        "user" => Accounts.Names(),
        "stop-signal" => SignalName.All,
        _ => field.Words,
    };

    private static Option[] OptionsOf(SpecField field)
    {
        var name = $"--{field.Key}";
        switch (field.Shape)
        {
            case FieldShape.Flag:
                return [SharedOptions.Flag(name, field.Help)];
            case FieldShape.FlagOrText:
                return [SharedOptions.Flag(name, field.Help), new Option<string?>(RuleOption(name)) { Hidden = true }];
            case FieldShape.Texts:
                return [new Option<string[]>(name, field.Alias is { } alias ? [alias] : []) { Description = field.Help, HelpName = field.Value }];
            default:
                var option = new Option<string?>(name) { Description = field.Help, HelpName = field.Value };
                option.CompletionSources.Add(_ => ValuesOf(field).Select(word => new CompletionItem(word)));
                return [option];
        }
    }
}
