namespace Sentinel.Serve.Routes;

/// <summary>A route, for the server and for the description of all routes: one table is both.</summary>
/// <param name="Path">Below <c>/v1</c>; <c>{name}</c> stands for a process, which may also be written as <c>PROJECT/NAME</c>.</param>
/// <param name="Summary">A sentence for the description.</param>
/// <param name="Answer">The definition of its answer in docs/sentinel.schema.json.</param>
/// <param name="Do">Answers.</param>
internal sealed record Route(string Method, string Path, string Summary, string Answer, Func<Call, Task> Do)
{
    /// <summary>What may be asked for behind a question mark.</summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>The options that a body may have, by the names that they have on the command line; null: there is no body.</summary>
    public IReadOnlyList<string>? Body { get; init; }

    /// <summary>Whether it gives one thing after another until one side hangs up.</summary>
    public bool IsStream { get; init; }

    public bool Changes => Method != HttpMethods.Get;

    /// <summary>The same for the two ways to write a name.</summary>
    public IEnumerable<string> Patterns => Path.Contains("{name}") ? [Path, Path.Replace("{name}", "{project}/{name}")] : [Path];
}

/// <param name="Type">As JSON schema calls it.</param>
internal sealed record Parameter(string Name, string Type, string Summary)
{
    public static readonly Parameter NoWait = new("wait", "string", "With 0 the answer, 202, comes at once");
}
