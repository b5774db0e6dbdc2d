// SPDX-License-Identifier: Apache-2.0

extension ModelSelector {
  /// A kind of model, judged by the folds.
  struct Candidate {
    let name: String
    let evaluation: Evaluation
    /// The number of the folds, the first ones, that it was judged by.
    let judgeCount: Int
    /// Fits the model to all rows, which is for those that are chosen.
    let fitted: () throws -> FittedCandidate

    /// The evaluation as a part of the record.
    func summary(weight: Double) -> ModelSelection.Candidate {
      ModelSelection.Candidate(
        name: name, logLoss: evaluation.logLoss, accuracy: evaluation.accuracy, weight: weight)
    }
  }

  /// The model of a candidate.
  struct FittedCandidate {
    let pipeline: Pipeline
    let members: [ClassifierMember]
    let record: TrainingRecord?
  }
}
