namespace Sentinel.Model.Specs;

/// <summary>A port that a process is to have for as long as it is registered.</summary>
/// <param name="Name">What it is for, in words of the user; see <see cref="ProcessName"/>.</param>
/// <param name="Variable">The environment variable that tells its number.</param>
public sealed record PortRequest(string Name, string Variable)
{
    public const string DefaultVariable = "PORT";

    /// <summary>What <c>NAME</c> and <c>NAME=VARIABLE</c> ask for.</summary>
    /// <exception cref="FormatException">One of the two cannot be a name.</exception>
    public static PortRequest Parse(string text)
    {
        var end = text.IndexOf('=');
        var (name, variable) = end < 0 ? (text, DefaultVariable) : (text[..end], text[(end + 1)..]);
        if (name.Length > 0 && name.All(char.IsDigit))
            throw new FormatException($"--port takes a name, such as http, not '{name}': which port it is will be chosen, and told in {variable}");
        if (!ProcessName.IsValid(name))
            throw new FormatException($"'{name}' cannot be the name of a port: {ProcessName.Rule}");
        Specs.Variable.Check(variable);
        return new PortRequest(name, variable);
    }
}
