namespace Sentinel.Model.Specs;

/// <summary>A port to lease for a process for as long as the process is registered.</summary>
/// <param name="Name">What the port is for, in the user's words; see <see cref="ProcessName"/>.</param>
/// <param name="Variable">The environment variable that holds its number.</param>
public sealed record PortRequest(string Name, string Variable)
{
    public const string DefaultVariable = "PORT";

    /// <summary>Parses <c>NAME</c> or <c>NAME=VARIABLE</c>.</summary>
    /// <exception cref="FormatException">The name or the variable is not valid.</exception>
    public static PortRequest Parse(string text)
    {
        var end = text.IndexOf('=');
        var (name, variable) = end < 0 ? (text, DefaultVariable) : (text[..end], text[(end + 1)..]);
        if (name.Length > 0 && name.All(char.IsDigit))
            throw new FormatException($"--port takes a name, such as http, not '{name}': Sentinel chooses the port and passes it in {variable}");
        if (!ProcessName.IsValid(name))
            throw new FormatException($"'{name}' cannot be the name of a port: {ProcessName.Rule}");
        Specs.Variable.Check(variable);
        return new PortRequest(name, variable);
    }

    public override string ToString() => Variable == DefaultVariable ? Name : $"{Name}={Variable}";
}
