using System.IO.Enumeration;

namespace Sentinel.Core.Imports;

/// <summary>A configuration of supervisord, with the files that it includes.</summary>
internal static class Supervisord
{
    private const string Own = "a setting of supervisord itself";

    public static void Map(Source source)
    {
        var sections = Sections(source);
        var programs = new List<SupervisordProgram>();
        foreach (var (name, value) in sections)
        {
            var (kind, called) = name.Split(':', 2) is [var first, var second] ? (first, second.Trim()) : (name, "");
            switch (kind)
            {
                case "program":
                    programs.Add(new SupervisordProgram(source, called, value, value.Keys(SupervisordProgram.Whys)!));
                    break;
                case "group" or "include":
                    break;
                case "supervisord" when value.Keys() is { } keys:
                    if (keys.Take("environment") is { } environment)
                        SupervisordProgram.Environment(source.Drafts.Common, environment, text => SupervisordText.Expanded(text, _ => null));
                    foreach (var (_, setting) in keys.All())
                        setting.Tell(Own);
                    break;
                case "eventlistener":
                    value.Tell($"a listener to events; {Notes.Hooks}");
                    break;
                case "fcgi-program":
                    value.Tell("a program that is handed a socket as its standard input; with 'socket' sentinel hands one on as descriptor 3");
                    break;
                default:
                    value.Tell(kind is "unix_http_server" or "inet_http_server" or "supervisorctl" or "rpcinterface" ? Own : Notes.Unknown);
                    break;
            }
        }

        var groups = Groups(sections, programs);
        foreach (var program in programs)
            program.Map(groups.GetValueOrDefault(program.Name));
        Order(source, programs);
    }

    private static List<(string Name, Value Value)> Sections(Source source)
    {
        var notes = source.Notes;
        var files = new List<(string Path, string Text)> { (source.Path, source.Text) };
        var sections = new List<(string Name, Place Place, List<Node.Entry> Entries)>();
        for (var i = 0; i < files.Count; i++)
            foreach (var section in IniReader.Read(files[i].Path, files[i].Text, notes.Tell))
                if (section.Name == "include" && i == 0)
                    files.AddRange(Included(source, section.Entries));
                else if (sections.Find(other => other.Name == section.Name) is { Name: not null } other)
                    other.Entries.AddRange(section.Entries.Where(entry => !other.Entries.Exists(own => own.Key == entry.Key)));
                else
                    sections.Add(section);
        return [.. sections.Select(section => (section.Name, new Value(new Node.Table(section.Place, section.Entries), section.Name, notes)))];
    }

    private static IEnumerable<(string Path, string Text)> Included(Source source, List<Node.Entry> entries)
    {
        foreach (var entry in entries)
        {
            var value = new Value(entry.Value, $"include.{entry.Key}", source.Notes);
            if (entry.Key != "files")
                value.Tell(Notes.Unknown);
            var patterns = entry.Key == "files" ? value.Scalar!.Replace("%(here)s/", "") : "";
            foreach (var pattern in patterns.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var (folder, file) = (Path.GetDirectoryName(pattern) is { Length: > 0 } named ? named : ".", Path.GetFileName(pattern));
                var names = source.Folder.FilesIn(folder).Where(name => FileSystemName.MatchesSimpleExpression(file, name, ignoreCase: false)).ToList();
                if (names.Count == 0)
                    value.Tell($"there is no file {pattern}");
                foreach (var path in names.Select(name => folder == "." ? name : Path.Combine(folder, name)))
                    if (source.Folder.Read(path) is { } text)
                        yield return (path, text);
                    else
                        value.Tell($"{path} cannot be read");
            }
        }
    }

    private static Dictionary<string, (Value From, string Group)> Groups(IEnumerable<(string Name, Value Value)> sections, List<SupervisordProgram> programs)
    {
        var groups = new Dictionary<string, (Value, string)>();
        foreach (var (name, value) in sections.Where(section => section.Name.StartsWith("group:", StringComparison.Ordinal)))
            if (value.Keys()?.Take("programs") is { } list)
                foreach (var program in list.Scalar!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    if (programs.Exists(other => other.Name == program))
                        groups[program] = (list, name["group:".Length..]);
                    else
                        list.Tell($"there is no program {program}");
        return groups;
    }

    // The next lower priority that there is starts before.
    private static void Order(Source source, List<SupervisordProgram> programs)
    {
        if (!programs.Exists(program => program.Priority != SupervisordProgram.UsualPriority))
            return;
        var levels = programs.GroupBy(program => program.Priority).OrderBy(level => level.Key)
            .Select(level => level.SelectMany(program => program.Drafts).ToList())
            .ToList();
        for (var i = 1; i < levels.Count; i++)
            foreach (var draft in levels[i])
                source.Drafts.Order(draft, [.. levels[i - 1].Select(earlier => earlier.Name)]);
    }
}
