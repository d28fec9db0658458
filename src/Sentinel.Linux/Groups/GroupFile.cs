using System.Globalization;

namespace Sentinel.Linux.Groups;

/// <summary>Reads the files of a control group, which may disappear meanwhile: then they are empty.</summary>
internal static class GroupFile
{
    public static string Read(string group, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(group, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>The groups directly below one.</summary>
    public static string[] Below(string group)
    {
        try
        {
            return Directory.GetDirectories(group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static string[] Words(string group, string file) => Read(group, file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The number that is all of a file, or follows a word in it; null when there is none.</summary>
    public static long? Number(string group, string file, string? after = null)
    {
        var words = Words(group, file);
        var at = after is null ? 0 : Array.IndexOf(words, after) + 1;
        return (after is null || at > 0) && at < words.Length && long.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
