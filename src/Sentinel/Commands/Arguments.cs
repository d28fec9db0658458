namespace Sentinel.Commands;

/// <summary>Command lines as words.</summary>
internal static class Arguments
{
    /// <summary>The words without some options, up to --.</summary>
    /// <param name="valued">Those with a value, which is the next word or follows =.</param>
    /// <param name="flags">Those without.</param>
    public static IEnumerable<string> Without(IReadOnlyList<string> arguments, string[] valued, string[] flags)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--")
            {
                for (; i < arguments.Count; i++)
                    yield return arguments[i];
                yield break;
            }

            if (valued.Contains(arguments[i]))
                i++;
            else if (!flags.Contains(arguments[i]) && !valued.Any(option => arguments[i].StartsWith($"{option}=", StringComparison.Ordinal)))
                yield return arguments[i];
        }
    }
}
