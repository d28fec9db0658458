using Sentinel.Model.Specs;

namespace Sentinel.Model;

/// <summary>What is to become of a group's environment.</summary>
/// <param name="Set">Variables that it gets.</param>
/// <param name="Unset">Names of variables that it loses.</param>
/// <param name="EnvironmentFiles">Instead of those that it has; null leaves them.</param>
public sealed record GroupChange(EnvironmentBlock Set, IReadOnlyList<string> Unset, IReadOnlyList<string>? EnvironmentFiles)
{
    public Group Of(Group group)
    {
        var variables = Unset.Aggregate(group.Variables, (variables, name) => variables.Without(name));
        return group with
        {
            Variables = variables.With(Set),
            EnvironmentFiles = EnvironmentFiles ?? group.EnvironmentFiles,
        };
    }
}
