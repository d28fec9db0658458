namespace Sentinel.Core.Imports;

/// <summary>
/// Reads an INI file as supervisord does: sections, <c>key = value</c> or <c>key: value</c>, lines that are indented continue a
/// value, and a ; or # after a space begins a comment.
/// </summary>
internal static class IniReader
{
    /// <summary>A table of sections, each a table of texts; of two keys or sections of one name, the later adds to the earlier.</summary>
    /// <param name="told">What a later key replaces.</param>
    /// <exception cref="ImportException">A line is none of these.</exception>
    public static IReadOnlyList<(string Name, Place Place, List<Node.Entry> Entries)> Read(string file, string text, Action<Place, string, string> told)
    {
        var sections = new List<(string Name, Place Place, List<Node.Entry> Entries)>();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = WithoutComment(lines[i]);
            var at = new Place(file, i + 1, line.Length - line.TrimStart().Length + 1);
            if (line.Trim() is not { Length: > 0 } content)
                continue;
            if (content.StartsWith('['))
            {
                var end = content.IndexOf(']');
                var name = end > 1 ? content[1..end] : throw new ImportException(at, "a section is written [name]");
                if (!sections.Exists(section => section.Name == name))
                    sections.Add((name, at, []));
                continue;
            }

            if (sections.Count == 0)
                throw new ImportException(at, "there is no section above this");
            var current = sections[^1];
            if (char.IsWhiteSpace(line[0]) && current.Entries is [.., { Value: Node.Scalar before } last])
            {
                current.Entries[^1] = last with { Value = before with { Text = $"{before.Text}\n{content}".TrimStart('\n') } };
                continue;
            }

            var equals = content.IndexOfAny(['=', ':']);
            if (equals <= 0)
                throw new ImportException(at, "a line is written key = value");
            var key = content[..equals].TrimEnd().ToLowerInvariant();
            if (current.Entries.Find(entry => entry.Key == key) is { } earlier)
            {
                told(earlier.Place, $"{current.Name}.{key}", $"line {at.Line} has it again, and counts");
                current.Entries.Remove(earlier);
            }

            current.Entries.Add(new Node.Entry(at, key, Node.Of(at, content[(equals + 1)..].Trim(), ScalarKind.Plain)));
        }

        return sections;
    }

    private static string WithoutComment(string line)
    {
        for (var i = 0; i < line.Length; i++)
            if (line[i] is ';' or '#' && (i == 0 || char.IsWhiteSpace(line[i - 1])))
                return line[..i].TrimEnd();
        return line.TrimEnd();
    }
}
