using System.Text.RegularExpressions;

namespace Sentinel.Core.Imports;

/// <summary>A Procfile, as foreman, overmind and Heroku read it: <c>name: command</c>, a line each.</summary>
internal static partial class Procfile
{
    private const string EnvironmentFile = ".env";
    private const int FirstPort = 5000, PortsApart = 100;

    public static void Map(Source source)
    {
        if (source.Folder.FilesIn(".").Contains(EnvironmentFile))
            source.Drafts.EnvironmentFiles.Add(EnvironmentFile);
        var first = new Dictionary<string, int>();
        foreach (var (line, number) in source.Text.ReplaceLineEndings("\n").Split('\n').Select((line, index) => (line.Trim(), index + 1)))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var at = new Place(source.Path, number, 1);
            if (Entry().Match(line) is not { Success: true } entry)
            {
                source.Notes.Tell(at, "", "not a line such as 'web: command'");
                continue;
            }

            var name = entry.Groups["name"].Value;
            if (!first.TryAdd(name, number))
                throw new ImportException(at, $"{name} is in line {first[name]} already");
            Add(source, name, new Value(new Node.Scalar(at, entry.Groups["command"].Value, ScalarKind.Quoted), name, source.Notes));
        }
    }

    private static void Add(Source source, string name, Value command)
    {
        var draft = source.Drafts.Add(name, command);
        draft.Run(command, command.Scalar!);
        // Heroku runs it once, before the others.
        if (name == "release")
            draft.BeTask();
        if (source.Options.HasForemanPorts)
            draft.Port(command, FirstPort + (PortsApart * (source.Drafts.All.Count - 1)));
        else if (NeedsPort().IsMatch(command.Scalar!))
            draft.AnyPort();
    }

    [GeneratedRegex(@"^(?<name>[^\s:#]+)\s*:\s*(?<command>\S.*)$")]
    private static partial Regex Entry();

    // Without a default, and not set in the line itself.
    [GeneratedRegex(@"^(?!.*\bPORT=).*\$(PORT\b|\{PORT\})")]
    private static partial Regex NeedsPort();
}
