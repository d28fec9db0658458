using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>The processes of a file, and what they need of each other.</summary>
internal sealed class Drafts(Notes notes)
{
    private readonly List<Draft> _all = [];
    private readonly Dictionary<string, Draft> _byName = [];
    private readonly List<(Draft Later, IReadOnlyList<string> Names)> _orders = [];

    /// <summary>What the file calls the project; null: nothing that can be.</summary>
    public string? Name { get; private set; }

    /// <summary>Environment files of all.</summary>
    public List<string> EnvironmentFiles { get; } = [];

    /// <summary>Gathers the variables of all; it is no process.</summary>
    public Draft Common { get; } = new("", "", default, notes);

    public IReadOnlyList<Draft> All => _all;

    public Draft Add(string name, string path, Place at)
    {
        var draft = new Draft(name, path, at, notes);
        _all.Add(draft);
        return draft;
    }

    /// <summary>Names the project, if the file does.</summary>
    public void Call(Value? name)
    {
        if (name?.Text() is not { } text)
            return;
        if (ProcessName.IsValid(text))
            Name = text;
        else
            name.Tell($"'{text}' cannot be the name of a project: {ProcessName.Rule}");
    }

    public Draft Add(string name, Value value) => Add(name, value.Path, value.Place);

    /// <summary>Lets a process start after others, when they start in one go.</summary>
    public void Order(Draft later, IReadOnlyList<string> names) => _orders.Add((later, names));

    public Imported Finish()
    {
        // What has no command has been told.
        _all.RemoveAll(draft => !draft.HasCommand);
        foreach (var draft in _all)
            _byName.TryAdd(draft.Name, draft);
        var names = Names();
        foreach (var target in _all.SelectMany(draft => draft.Needs).Where(need => need.Until == "done").Select(need => Find(need.Target)).OfType<Draft>())
            target.BeTask();
        var ports = new HashSet<int>();
        foreach (var draft in _all)
        {
            draft.Settle(ports);
            var needs = draft.Needs.DistinctBy(need => need.Target).Select(need => Text(draft, need, names)).OfType<string>().ToList();
            if (needs.Count > 0)
                draft.Set("needs", needs.Count == 1 ? needs[0] : Toml.List(needs));
        }

        foreach (var (later, earlier) in _orders)
            if (earlier.Select(Find).OfType<Draft>().Select(draft => names[draft]).ToList() is { Count: > 0 } known)
                later.Set("after", known.Count == 1 ? Toml.Text(known[0]) : Toml.Texts(known));

        var text = string.Join("\n\n", _all.Select(draft => draft.Text(names[draft])).Prepend(Head()).Where(table => table.Length > 0));
        return new Imported(Name, _all.Count, $"{text}\n", notes.All());
    }

    private string Head() => string.Join('\n', new[]
    {
        Name is null ? null : $"name = {Toml.Text(Name)}",
        EnvironmentFiles.Count == 0 ? null : $"env-file = {Toml.Texts(EnvironmentFiles)}",
    }.Concat(Toml.Variables("", Common.Variables)).OfType<string>());

    private Draft? Find(string name) => _byName.GetValueOrDefault(name);

    private Dictionary<Draft, string> Names()
    {
        var names = new Dictionary<Draft, string>();
        var taken = _all.SelectMany(draft => Enumerable.Range(1, draft.InstanceCount).Select(number => new Instance(draft.Name, number).Name)).ToHashSet();
        // A name that is right as it is stays, no matter which comes first.
        foreach (var draft in _all.OrderByDescending(draft => ProcessName.IsValid(draft.Name)))
        {
            var plain = string.Concat(draft.Name.EnumerateRunes().Select(rune => ProcessName.IsValid($"x{rune}") ? rune.ToString() : "-"));
            var name = ProcessName.IsValid(plain) && !taken.Contains(plain) ? plain : ProcessName.Unique(plain, taken.Contains);
            if (name != draft.Name)
                draft.Tell($"the name is {name} in sentinel.toml: "
                    + (ProcessName.IsValid(draft.Name) ? "another process has the same" : ProcessName.Rule));
            names[draft] = name;
            taken.Add(name);
        }

        return names;
    }

    // Null: it cannot be needed.
    private string? Text(Draft draft, Need need, Dictionary<Draft, string> names)
    {
        if (Find(need.Target) is not { } target)
        {
            need.From.Tell($"there is no process {need.Target} here to wait for");
            return null;
        }

        if (target == draft)
        {
            need.From.Tell("a process cannot wait for itself");
            return null;
        }

        var until = need.Until;
        if (until == "healthy" && !target.HasHealth)
        {
            until = target.HasReadiness ? "ready" : "started";
            need.From.Tell($"{need.Target} has no health check; it is waited for until it is {until}");
        }

        // What is never asked whether it is ready is ready at once.
        if (until == "ready" && !target.HasReadiness)
            until = target.HasHealth ? "healthy" : target.IsTask ? "started" : null;
        if (until == (target.IsTask ? "done" : "ready"))
            until = null;
        var name = Toml.Text(names[target]);
        if (until is null && !need.IsOptional && !need.IsRestarted)
            return name;
        List<(string, string)> table = [("name", name)];
        if (until is not null)
            table.Add(("until", Toml.Text(until)));
        if (need.IsOptional)
            table.Add(("optional", "true"));
        if (need.IsRestarted)
            table.Add(("restart", "true"));
        return Toml.Table(table);
    }
}
