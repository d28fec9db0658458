using System.Text.RegularExpressions;
using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>The scripts of a <c>package.json</c> that keep running. What starts several at once becomes several processes.</summary>
internal static partial class PackageJson
{
    // The first of these is what a developer runs.
    private static readonly string[] Usual = ["dev", "start:dev", "develop", "serve", "start", "watch"];

    private static readonly (string Lock, string Manager)[] Locks =
        [("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lock", "bun"), ("bun.lockb", "bun")];

    public static void Map(Source source)
    {
        var node = LiteralReader.Read(source.Path, source.Text);
        var file = source.Keys(node);
        if (file.Take("pm2") is { } pm2)
        {
            Pm2.Map(source, pm2.Node, "pm2");
            // All else is npm's.
            file.IgnoreRest();
            return;
        }

        var manager = Manager(source, file);
        var scripts = file.Take("scripts")?.Keys();
        file.IgnoreRest();
        if (scripts is null || Usual.FirstOrDefault(scripts.Has) is not { } first)
            throw new ImportException(node.Place, $"it has no script that keeps running, such as {string.Join(", ", Usual)}");
        var all = scripts.All().ToDictionary(script => script.Key, script => script.Value);
        var used = new HashSet<string>();
        Add(new Context(source, manager, all, used), first, depth: 0);
        foreach (var (name, value) in all)
            if (!used.Contains(name))
                value.Tell(Usual.Contains(name.Split(':')[0]) ? $"another way to run it; {first} was taken" : "it ends by itself");
    }

    private sealed record Context(Source Source, string Manager, Dictionary<string, Value> Scripts, HashSet<string> Used);

    private static string Manager(Source source, Keys file)
    {
        if (file.Text("packageManager") is { } named && named.Split('@')[0] is "npm" or "yarn" or "pnpm" or "bun")
            return file.Text("packageManager")!.Split('@')[0];
        var files = source.Folder.FilesIn(".").ToHashSet();
        return Locks.FirstOrDefault(each => files.Contains(each.Lock)).Manager ?? "npm";
    }

    private static void Add(Context context, string script, int depth)
    {
        const int deepest = 4;
        if (!context.Used.Add(script) || context.Scripts[script] is not { } value || value.Text() is not { } line)
            return;
        if (depth < deepest && Words.Split(line) is { } words && Parallel.Of(words) is { } parallel)
        {
            foreach (var option in parallel.Options)
                value.Tell($"{option} of {words[0]} has no meaning where each is a process");
            foreach (var (part, name) in parallel.Parts)
                AddPart(context, value, part, name, depth);
            return;
        }

        var draft = context.Source.Drafts.Add(script, value);
        draft.Run(value, $"{context.Manager} run {ShellWords.Quote(script)}");
        if (Port().Match(line) is { Success: true } port)
            draft.Port(value, int.Parse(port.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void AddPart(Context context, Value from, string part, string? name, int depth)
    {
        // A script, or all whose names fit.
        if (Script().Match(part) is { Success: true } reference)
        {
            var pattern = $"^{Regex.Escape(reference.Groups["name"].Value).Replace("\\*", "[^:]*")}$";
            var found = context.Scripts.Keys.Where(script => Regex.IsMatch(script, pattern, RegexOptions.NonBacktracking)).ToList();
            foreach (var script in found)
                Add(context, script, depth + 1);
            if (found.Count == 0)
                from.Tell($"there is no script {reference.Groups["name"].Value}");
            return;
        }

        if (part.Trim().Length == 0)
            return;
        var draft = context.Source.Drafts.Add(name ?? ShellWords.FirstProgram(part) ?? "process", from);
        draft.Run(from, $"npm exec -c {ShellWords.Quote(part.Trim())}");
    }

    [GeneratedRegex(@"(?:--port[ =]|\s-p[ =]?|^PORT=|\sPORT=)(?<port>[0-9]{2,5})\b")]
    private static partial Regex Port();

    [GeneratedRegex(@"^\s*(?:(?:npm|yarn|pnpm|bun):|(?:npm|yarn|pnpm|bun) run |yarn )(?<name>[\w:.*-]+)\s*$")]
    private static partial Regex Script();
}

