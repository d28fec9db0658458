using Sentinel.Core.Supervision;
using Sentinel.Model.Fields;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>A key of a project's file.</summary>
/// <param name="Form">Null: a table of more keys.</param>
/// <param name="Help">Begins with a verb or names the thing.</param>
/// <param name="Field">The setting that it gives a process; null: it gives none.</param>
internal sealed record FileKey(string Name, Form? Form, string Help, SpecField? Field = null)
{
    /// <summary>Whether it holds paths, which are relative to the folder of the file.</summary>
    public bool IsPath => Name is "cwd" or FileKeys.EnvironmentFiles or FileKeys.Secrets or FileKeys.Header;

    /// <summary>Whether it is a setting of a process.</summary>
    public bool IsSetting => Name is not (FileKeys.Run or FileKeys.Instances or FileKeys.Profile or FileKeys.Hosts or FileKeys.Image or FileKeys.Like or FileKeys.Unset);
}

/// <summary>The tables of keys, from which come the reader, the schema and the page about them.</summary>
internal static class FileKeys
{
    public const string Name = "name", Include = "include", EnvironmentFiles = "env-file", Environment = "env", Defaults = "defaults", Process = "process",
        Run = "run", Instances = "instances", Profile = "profile", Hosts = "hosts", Image = "image", Like = "like", Unset = "unset", Secrets = "secret", Type = "type", Needs = "needs", After = "after", Port = "port", Hook = "hook", On = "on",
        Webhook = "webhook", Header = "header", Timeout = "timeout";

    private static readonly FileKey Taken = new(Unset, Form.Texts, "Take keys away that came from defaults, from like, or from the file that this one is merged into");

    /// <summary>Those of the file itself.</summary>
    public static readonly IReadOnlyList<FileKey> OfFile =
    [
        new("$schema", Form.Text, "Name the schema, for editors"),
        new(Name, Form.Text, "Name of the project [default: the folder's name]"),
        new(Include, Form.Texts, "Read these files as well (*, ** and ? match); what they say holds for their own processes"),
        new(EnvironmentFiles, Form.Texts, "Read variables for all processes from these files; one with ? in front may be missing"),
        new(Environment, Form.Variables, "Set variables for all processes"),
        new(Hosts, Form.Groups, "Groups of machines that --host may name, each a host for ssh or a list of them"),
        new(Defaults, null, "Keys that each process of this file has, unless it has its own"),
        new(Process, null, "The processes, each a table with its name"),
        new(Hook, null, "What is run, or told to a server, when something happens: each a table with its name"),
        Taken,
    ];

    /// <summary>Those of a hook.</summary>
    public static readonly IReadOnlyList<FileKey> OfHook =
    [
        new(On, Form.Texts, "Events that it is for, such as crashed, gave-up, unhealthy or task-failed"),
        new(Process, Form.Texts, "Processes of the project that it is for [default: all]"),
        new(Run, Form.Run, "What it runs, with the event on standard input"),
        new(Webhook, Form.Text, "URL that gets the event by POST"),
        new(Header, Form.Variables, "Headers of the webhook by their names, each with what holds its value: file:PATH or cmd:COMMAND"),
        new(Timeout, Form.Seconds, $"How long it, or a try of the webhook, may take [default: {Model.Specs.Hook.DefaultTimeout.TotalSeconds}]"),
    ];

    // What a file has other words for, or what only a moment has.
    private static readonly Dictionary<string, string> NotInFiles = new()
    {
        ["name"] = "a process has the name of its table: [process.web]",
        ["group"] = "the project is the group of its processes",
        ["ttl"] = Lease,
        ["until"] = Lease,
        ["session"] = Lease,
    };

    private const string Lease = "a lease is given by 'sentinel run' and 'sentinel set'";

    /// <summary>Those of a process.</summary>
    public static readonly IReadOnlyList<FileKey> OfProcess =
    [
        new(Run, Form.Run, "What it runs: a text is a command line, as for a shell; a list of words is executed as it is"),
        .. SpecFields.All.Where(field => field.IsOfRun && !NotInFiles.ContainsKey(field.Key)).Select(field => new FileKey(field.Key, FormOf(field), field.Help, field)),
        new(Instances, Form.Number, $"Run this many instances as one set, from 1 to {Instance.Most}"),
        new(Profile, Form.Texts, "Start it only with these profiles, or by its name"),
        new(Hosts, Form.Texts, "With --host, run it only on these machines or groups of them"),
        new(Image, Form.Text, "Container image that it runs in elsewhere: 'sentinel export' needs it, and nothing on this machine uses it"),
        new(Like, Form.Text, "Take all keys of this process that it does not have itself"),
        Taken,
    ];

    private static readonly Dictionary<string, FileKey> ProcessKeys = OfProcess.ToDictionary(key => key.Name);

    // Words of other tools.
    private static readonly Dictionary<string, string> Others = new()
    {
        ["command"] = Run,
        ["cmd"] = Run,
        ["exec"] = Run,
        ["script"] = Run,
        ["depends"] = Needs,
        ["depends_on"] = Needs,
        ["depends-on"] = Needs,
        ["environment"] = Environment,
        ["secrets"] = Secrets,
        ["pre"] = "before",
        ["build"] = "before",
        ["dir"] = "cwd",
        ["directory"] = "cwd",
        ["working_dir"] = "cwd",
        ["working-dir"] = "cwd",
        ["replicas"] = Instances,
        ["numprocs"] = Instances,
        ["profiles"] = Profile,
        ["container"] = Image,
        ["extends"] = Like,
    };

    /// <summary>Null: a process has no such key.</summary>
    public static FileKey? Find(string name) => ProcessKeys.GetValueOrDefault(name);

    /// <summary>Null: it is none of those.</summary>
    public static FileKey? Find(string name, IReadOnlyList<FileKey> known) => known == OfProcess ? Find(name) : known.FirstOrDefault(key => key.Name == name);

    /// <summary>Settings of one choice exclude each other; null: it is part of none.</summary>
    public static string? ChoiceOf(string key) => Find(key)?.Field?.Choice;

    /// <summary>That there is no such key, and what may have been meant.</summary>
    public static string NoSuch(string key, IReadOnlyList<FileKey> known) =>
        known == OfProcess && NotInFiles.TryGetValue(key, out var why) ? $"there is no key '{key}': {why}"
        : NoSuch(key, [.. known.Select(one => one.Name)]);

    /// <inheritdoc cref="NoSuch(string, IReadOnlyList{FileKey})"/>
    public static string NoSuch(string key, string[] known)
    {
        var meant = Others.GetValueOrDefault(key) ?? Nearest(key, known) ?? (Nearest(key, Others.Keys) is { } other ? Others[other] : null);
        return $"there is no key '{key}'" + (meant is not null && known.Contains(meant) ? $"; did you mean '{meant}'?" : "");
    }

    /// <summary>The word that may have been meant. One of a letter or two is close to every other.</summary>
    public static string? Nearest(string word, IEnumerable<string> known) => word.Length > 2 ? Spelling.Nearest(word, known) : null;

    private static Form FormOf(SpecField field) => field switch
    {
        { Key: Environment or Secrets } => Form.Variables,
        { Key: "port" } => PortForm.All,
        { Key: "socket" } => Form.Addresses,
        { Key: Needs } => NeedForm.All,
        { Key: WatchForm.Key } => WatchForm.All,
        { Shape: FieldShape.Flag } => Form.Flag,
        { Shape: FieldShape.FlagOrText } => Form.FlagOrChoice(field.Bare, field.Words),
        { Shape: FieldShape.Texts } => Form.Texts,
        { Shape: FieldShape.Number, Value: "seconds" } => Form.Seconds,
        { Shape: FieldShape.Number } => Form.Number,
        { Value: "codes" or "cpus" } => Form.Numbers,
        { Words.Count: > 0 } => Form.Choice(field.Words),
        { Value: "size" or "host:port" or "name|uid[:group]" } => Form.TextOrNumber,
        _ => Form.Text,
    };
}
