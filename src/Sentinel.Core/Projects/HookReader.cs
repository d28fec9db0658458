using System.Globalization;
using Sentinel.Core.Hooks;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Projects;

/// <summary>Makes hooks of the tables of a project's files.</summary>
/// <param name="processes">The names of the project's processes.</param>
internal sealed class HookReader(IReadOnlyCollection<string> processes, Faults faults)
{
    /// <summary>Those that are as they should be; their names, and those of their processes, are those within the project.</summary>
    public IReadOnlyList<ProjectHook> Read(IEnumerable<Source> sources)
    {
        var all = new Dictionary<string, ProjectHook>();
        foreach (var source in sources)
            foreach (var (name, entry) in (source.Root.Find(FileKeys.Hook) as Node.Table)?.Entries ?? [])
                if (all.TryGetValue(name, out var other))
                    faults.Add(entry.Key, $"there is a hook '{name}' already, at {other.Place}");
                else if (entry.Value is Node.Table table && Of(name, entry.Key, source.Folder, table) is { } hook)
                    all.Add(name, hook);
        return [.. all.Values];
    }

    private ProjectHook? Of(string name, Place place, string folder, Node.Table table)
    {
        var before = faults.Count;
        var settings = FileKeys.OfHook.Select(key => (key.Name, Given: table.Find(key.Name) is { } node && key.Form!.Read(node, faults) is { } given ? given : []))
            .Where(setting => setting.Given.Count > 0).Select(setting => new Setting(setting.Name, setting.Given)).ToList();
        var (on, run, webhook) = (Texts(FileKeys.On), table.Find(FileKeys.Run), Texts(FileKeys.Webhook));
        if (on.Count == 0)
            faults.Add(place, $"{name} is for nothing: give it {FileKeys.On} = [\"crashed\"]");
        foreach (var word in on.Where(word => !HookWords.All.Contains(word.Text)))
            faults.Add(word.Place, $"there is no event '{word.Text}'" + (FileKeys.Nearest(word.Text, HookWords.All) is { } nearest ? $"; did you mean '{nearest}'?" : $"; there are {string.Join(", ", HookWords.All)}"));
        var named = Texts(FileKeys.Process);
        foreach (var process in named.Where(process => !processes.Contains(process.Text)))
            faults.Add(process.Place, Neighbours.Missing(process.Text, processes));
        if (run is null == (webhook.Count == 0))
            faults.Add(place, $"{name} does {(run is null ? "nothing" : "two things")}: give it {FileKeys.Run} = \"COMMAND\" or {FileKeys.Webhook} = \"URL\"");
        if (webhook.Count > 0)
            faults.Try(webhook[0].Place, () => HookRules.CheckUrl(FileKeys.Webhook, webhook[0].Text));
        var headers = Texts(FileKeys.Header);
        if (headers.Count > 0 && webhook.Count == 0)
            faults.Add(headers[0].Place, $"{FileKeys.Header} needs {FileKeys.Webhook}");
        IReadOnlyList<(string, Secret)> values = [];
        if (headers.Count > 0)
            faults.Try(headers[0].Place, () => values = HookRules.Headers(FileKeys.Header, [.. headers.Select(header => header.Text)], path => path));
        Command? command = null;
        if (run is not null && Form.Run.Read(run, faults) is { } line)
            faults.Try(run.Place, () => command = Command.From([.. line.Select(word => word.Text)], run is Node.List));
        var timeout = Texts(FileKeys.Timeout) is [var seconds] ? TimeSpan.FromSeconds(double.Parse(seconds.Text, CultureInfo.InvariantCulture)) : Hook.DefaultTimeout;
        return faults.Count > before ? null : new ProjectHook(place, new Hook(name, [.. on.Select(word => word.Text)], folder)
        {
            Processes = [.. named.Select(process => process.Text)],
            Command = command,
            Webhook = webhook.Count > 0 ? webhook[0].Text : null,
            Headers = values,
            Timeout = timeout,
        },
        settings);

        IReadOnlyList<Given> Texts(string key) => settings.Find(setting => setting.Key == key)?.Given ?? [];
    }
}
