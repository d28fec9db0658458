using System.IO.Hashing;

namespace Sentinel.Model.Specs;

/// <summary>
/// A process's environment: <c>NAME=value</c> entries, each followed by a NUL, as /proc/PID/environ has them. Kept as bytes
/// because a value need not be text.
/// </summary>
public sealed class EnvironmentBlock(byte[] bytes)
{
    public static readonly EnvironmentBlock Empty = new([]);

    public ReadOnlyMemory<byte> Bytes => bytes;

    /// <summary>Identifies the content: equal blocks have equal keys.</summary>
    public string Key => field ??= Convert.ToHexStringLower(XxHash128.Hash(bytes));

    /// <summary>The value of a variable, or null when it is not set.</summary>
    public string? this[string name]
    {
        get
        {
            var prefix = NativeText.Bytes(name + "=");
            foreach (var entry in Entries())
                if (entry.Span.StartsWith(prefix))
                    return NativeText.Of(entry.Span[prefix.Length..]);
            return null;
        }
    }

    public IEnumerable<ReadOnlyMemory<byte>> Entries()
    {
        var rest = Bytes;
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)0);
            if (end < 0)
                end = rest.Length;
            if (end > 0)
                yield return rest[..end];
            rest = rest[Math.Min(end + 1, rest.Length)..];
        }
    }

    public EnvironmentBlock Without(string name)
    {
        var prefix = NativeText.Bytes(name + "=");
        return Of(Entries().Where(entry => !entry.Span.StartsWith(prefix)));
    }

    public EnvironmentBlock With(string name, string value) =>
        Of(Without(name).Entries().Append(NativeText.Bytes($"{name}={value}")));

    /// <summary>This block with the variables of another, which replace its own of the same name.</summary>
    public EnvironmentBlock With(EnvironmentBlock others) =>
        Of(others.Names().Aggregate(this, (block, name) => block.Without(name)).Entries().Concat(others.Entries()));

    /// <summary>The names of its variables, in order.</summary>
    public IEnumerable<string> Names() => Entries().Select(entry =>
        NativeText.Of(entry.Span.IndexOf((byte)'=') is >= 0 and var end ? entry.Span[..end] : entry.Span));

    public static EnvironmentBlock Of(IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var joined = new MemoryStream();
        foreach (var entry in entries)
        {
            joined.Write(entry.Span);
            joined.WriteByte(0);
        }

        return new EnvironmentBlock(joined.ToArray());
    }
}
