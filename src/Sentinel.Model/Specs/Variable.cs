namespace Sentinel.Model.Specs;

/// <summary>The rules for environment variables that people write.</summary>
public static class Variable
{
    /// <summary>Variables that Sentinel sets in every process; nobody else may set them.</summary>
    public const string Id = "SENTINEL_ID", Name = "SENTINEL_NAME", Group = "SENTINEL_GROUP", Cookie = "SENTINEL_COOKIE",
        Instance = "SENTINEL_INSTANCE";

    /// <summary>The name and the value in <c>NAME=value</c>.</summary>
    /// <exception cref="FormatException">The text is not of that form, or the name is not valid.</exception>
    public static (string Name, string Value) Parse(string text)
    {
        var end = text.IndexOf('=');
        if (end < 0)
            throw new FormatException($"'{text}' is not a variable; write NAME=value");
        var name = text[..end];
        Check(name);
        return text.Contains('\0') ? throw new FormatException($"the value of {name} contains a NUL") : (name, text[(end + 1)..]);
    }

    /// <exception cref="FormatException">The text cannot be the name of a variable.</exception>
    public static void Check(string name)
    {
        if (name.Length == 0)
            throw new FormatException("a variable needs a name: NAME=value");
        if (name.Any(c => c == '=' || char.IsWhiteSpace(c) || char.IsControl(c)))
            throw new FormatException($"'{name}' cannot be the name of a variable: it contains a space, a control character or =");
        if (name is Id or Name or Group or Cookie or Instance)
            throw new FormatException($"{name} is set by sentinel itself");
    }
}
